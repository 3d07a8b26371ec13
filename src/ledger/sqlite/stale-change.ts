// Told by the writers of this folder, and a bug where it is seen: loads and writes share a turn here.

/** A write was decided on a state that is no longer there. */
export class StaleChange extends Error {}
