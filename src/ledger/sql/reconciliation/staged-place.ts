// Where a staged person stands. Ids of a directory are in no order when they are read, and a row that is put at its place
// among 1,500,000 touches a page of the file of its own: 51 s, with commits of 1.5 s. So rows are put at the end of one of 256
// buckets, by a hash of the id (7 s); a page of people in the order of bucket and id is found in one or a few buckets.

/** Two hexadecimal digits: FNV-1a, which every version must take the same from. */
export function bucketOf(id: string): string {
  let hash = 0x811c9dc5;
  for (let n = 0; n < id.length; n++) hash = Math.imul(hash ^ id.charCodeAt(n), 0x01000193);
  return (((hash >>> 16) ^ hash) & 0xff).toString(16).padStart(2, '0');
}

export const BUCKET_LENGTH = 2;
