// How a request ended, in a word and with its status.

import { Mark, type Tone } from '../ui/badges.tsx';

/** What a status of HTTP means here. */
export function ResultMark({ status }: { status: number }) {
  const [tone, words]: [Tone, string] =
    status < 400
      ? ['good', 'Done']
      : status === 401
        ? ['bad', 'Rejected']
        : status === 404
          ? ['quiet', 'Not found']
          : status < 500
            ? ['warn', 'Refused']
            : ['bad', 'Failed'];
  return (
    <Mark tone={tone}>
      {words} {status}
    </Mark>
  );
}
