/** Lower-case runs shorter than this occur in random text too often to mean a word. */
const WORD_LENGTH = 5;
/** Forty random base64 characters reach this once in 3,800 draws, identifiers and paths nearly always. */
const WORDY = 18;
/** None of 100,000 draws reached this. */
const ALL_WORDS = 25;

/** True for identifiers and paths: `b/drivers/media/platform/bcm2835/Kconfig`, `testExtendedTestdataRouter...`. */
export function isWordy(text: string): boolean {
  return lettersInWords(text) >= WORDY;
}

/** The same where a label speaks for the value: chance alone does not get there. */
export function isAllWords(text: string): boolean {
  return lettersInWords(text) >= ALL_WORDS;
}

function lettersInWords(text: string): number {
  return (text.match(LOWER_RUNS) ?? []).reduce((sum, run) => sum + run.length, 0);
}

const LOWER_RUNS = new RegExp(`[a-z]{${WORD_LENGTH},}`, 'g');
