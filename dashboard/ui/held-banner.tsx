// What waits for a decision, above every page.

export function HeldBanner() {
  return null;
}
