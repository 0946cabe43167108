/** Measurements of a test run, for the page that shows them: one JSON line each in the file that is asked for. */
import { appendFileSync } from "node:fs";

export function noteFigures(name: string, figures: object): void {
  const file = process.env.BERTH_TEST_FIGURES;
  if (file !== undefined) appendFileSync(file, `${JSON.stringify({ name, ...figures })}\n`);
}
