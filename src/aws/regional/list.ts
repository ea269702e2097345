import { asAwsCall } from '../errors.ts';

/** All items of all pages. What is thrown names `action`. */
export function allOf<Page, T>(
  action: string,
  pages: AsyncIterable<Page>,
  itemsOf: (page: Page) => readonly T[] | undefined,
): Promise<T[]> {
  return asAwsCall(action, async () => {
    const found: T[] = [];
    for await (const page of pages) found.push(...(itemsOf(page) ?? []));
    return found;
  });
}
