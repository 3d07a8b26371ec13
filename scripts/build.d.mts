/** Builds what is stale. @throws Error whose message is for people. */
export function build(): Promise<void>;
