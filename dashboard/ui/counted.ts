// Numbers of things in words: `1 user loses`, `1,204 users lose`.

export function counted(count: number, one: string, several: string): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : several}`;
}
