// Who is told of new events in this process.

export interface Followers {
  add(follower: (position: number) => void): () => void;
  /** Does nothing where they know it already. */
  tell(position: number): void;
  /** Takes the last position that `read` finds for what there is, also where it is less than what they were told. */
  look(read: () => Promise<number>): Promise<void>;
}

export function followersOf(): Followers {
  const followers = new Set<(position: number) => void>();
  let told = -1;

  function tellAll(position: number): void {
    told = position;
    for (const follower of followers) follower(position);
  }

  return {
    add(follower) {
      followers.add(follower);
      return () => followers.delete(follower);
    },
    tell(position) {
      if (position > told) tellAll(position);
    },
    async look(read) {
      const before = told;
      const position = await read();
      // Less counts only where nothing was told meanwhile: then a failover has lost some.
      if (position > told || (position < told && told === before)) tellAll(position);
    },
  };
}
