/** CPU shares (2 to 262 144) on the scale of version 2 (1 to 10 000), the way the runtimes convert them. */
export function weightOf(shares: number): number {
  return 1 + Math.floor(((shares - 2) * 9_999) / 262_142);
}
