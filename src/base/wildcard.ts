/** Whether `text` matches a pattern with `*` and `?`, in time linear in their product at worst. */
export function isLike(text: string, pattern: string): boolean {
  let at = 0;
  let inPattern = 0;
  let star = -1;
  let resume = 0;
  while (at < text.length) {
    if (pattern[inPattern] === '*') {
      star = inPattern++;
      resume = at;
    } else if (pattern[inPattern] === '?' || pattern[inPattern] === text[at]) {
      at++;
      inPattern++;
    } else if (star >= 0) {
      // What the last star stands for gets one character longer.
      inPattern = star + 1;
      at = ++resume;
    } else {
      return false;
    }
  }
  while (pattern[inPattern] === '*') inPattern++;
  return inPattern === pattern.length;
}

/** Whether some text matches both patterns, in time linear in the product of their lengths. */
export function doOverlap(one: string, other: string): boolean {
  // Of what is left of `one` from here, whether it overlaps with what is left of `other` from each place.
  let after: boolean[] = [];
  for (let i = one.length; i >= 0; i--) {
    const here: boolean[] = [];
    for (let j = other.length; j >= 0; j--) {
      const [a, b] = [one[i], other[j]];
      if (a === undefined && b === undefined) here[j] = true;
      else if (a === '*' || b === '*')
        here[j] = (a !== undefined && after[j] === true) || (b !== undefined && here[j + 1] === true);
      else
        here[j] =
          a !== undefined && b !== undefined && (a === b || a === '?' || b === '?') && after[j + 1] === true;
    }
    after = here;
  }
  return after[0] === true;
}
