import { ChunkReader } from './chunk-reader.ts';
import { type BlobScan, type BlobScanner, scanBlob } from './source.ts';

export interface StdinScan extends BlobScan {
  /** Nothing came at all: most likely the command in front of the pipe failed. */
  isEmpty: boolean;
}

/** Scans a stream of any size within `buffer`; `name` is what gaps call it. */
export async function scanStdin(
  stdin: AsyncIterable<Uint8Array>,
  name: string,
  scanner: BlobScanner,
  buffer: Uint8Array,
): Promise<StdinScan> {
  const reader = new ChunkReader(stdin);
  const scan = await scanBlob({ path: name, read: (target) => reader.read(target) }, scanner, buffer);
  return { ...scan, isEmpty: scan.bytes === 0 };
}
