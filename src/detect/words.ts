/** Lower-case runs shorter than this occur in random text too often to mean a word. */
const WORD_LENGTH = 5;
/** Forty random base64 characters reach this once in 3,800 draws, identifiers and paths nearly always. */
const WORDY = 18;

/** True for identifiers and paths: `b/drivers/media/platform/bcm2835/Kconfig`, `testExtendedTestdataRouter...`. */
export function isWordy(text: string): boolean {
  let inWords = 0;
  for (const run of text.match(LOWER_RUNS) ?? []) inWords += run.length;
  return inWords >= WORDY;
}

const LOWER_RUNS = new RegExp(`[a-z]{${WORD_LENGTH},}`, 'g');
