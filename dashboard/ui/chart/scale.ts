// How high bars are: by the square root of what they stand for, so that a quiet cycle of three requests is seen beside a first one
// of twenty thousand. The parts of one bar are drawn as their shares of it.

/** In what the axis counts in: the root of the whole, split by share. */
export function drawn(values: readonly number[]): number[] {
  const whole = values.reduce((sum, value) => sum + value, 0);
  return values.map((value) => (whole === 0 ? 0 : (value / whole) * Math.sqrt(whole)));
}

/** Named on the axis: the largest, and a round number near half its height. */
export function named(largest: number): number[] {
  const middle = largest / 4;
  const power = 10 ** Math.floor(Math.log10(Math.max(middle, 1)));
  const round = [5, 2, 1].map((digit) => digit * power).find((each) => each <= middle);
  return round === undefined ? [largest] : [round, largest];
}
