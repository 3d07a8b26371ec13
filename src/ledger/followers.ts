// Who is told of new events in this process.

export interface Followers {
  add(follower: (position: number) => void): () => void;
  /** Does nothing where they know it already. */
  tell(position: number): void;
}

export function followersOf(): Followers {
  const followers = new Set<(position: number) => void>();
  let told = -1;
  return {
    add(follower) {
      followers.add(follower);
      return () => followers.delete(follower);
    },
    tell(position) {
      if (position <= told) return;
      told = position;
      for (const follower of followers) follower(position);
    },
  };
}
