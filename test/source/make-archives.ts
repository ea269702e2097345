import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipPart {
  name: string | Uint8Array;
  content: string | Uint8Array;
  /** 8 when not given; only 0 and 8 are honest. */
  method?: number;
  flags?: number;
}

export interface ZipShape {
  zip64?: boolean;
  comment?: string;
  /** Bytes of an extra field that only the local headers have. */
  localExtra?: number;
  /** Sizes follow the data. */
  hasDescriptors?: boolean;
  /** Every entry of the directory points at the first member. */
  isOverlapping?: boolean;
}

/** A zip file, written as the specification (APPNOTE) says. */
export function zipOf(entries: readonly ZipPart[], shape: ZipShape = {}): Buffer {
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  let offset = 0;
  for (const [index, { name, content, method = 8, flags = 0 }] of entries.entries()) {
    const bytes = Buffer.from(content as Uint8Array);
    const nameBytes = Buffer.from(name as Uint8Array);
    const data = method === 8 ? deflateRawSync(bytes) : bytes;
    const fields = {
      method,
      flags: flags | (shape.hasDescriptors ? 8 : 0),
      crc: crc32(bytes),
      packed: data.length,
      size: bytes.length,
    };
    const isWritten = !shape.isOverlapping || index === 0;
    if (isWritten) locals.push(localHeader(nameBytes, fields, shape), data, descriptor(fields, shape));
    centrals.push(centralHeader(nameBytes, fields, shape.isOverlapping ? 0 : offset, shape));
    if (isWritten) offset += locals.slice(-3).reduce((sum, part) => sum + part.length, 0);
  }
  const directory = Buffer.concat(centrals);
  return Buffer.concat([...locals, directory, endRecords(entries.length, directory.length, offset, shape)]);
}

interface Fields {
  method: number;
  flags: number;
  crc: number;
  packed: number;
  size: number;
}

const FULL = 0xffffffff;

function localHeader(name: Buffer, { method, flags, crc, packed, size }: Fields, shape: ZipShape): Buffer {
  const late = shape.hasDescriptors;
  const large = shape.zip64 && !late ? numbers([2, 1], [2, 16], [8, size], [8, packed]) : Buffer.alloc(0);
  const padding =
    shape.localExtra === undefined
      ? Buffer.alloc(0)
      : Buffer.concat([numbers([2, 0x9999], [2, shape.localExtra]), Buffer.alloc(shape.localExtra)]);
  const extra = Buffer.concat([large, padding]);
  const stated = (value: number) => (late ? 0 : shape.zip64 ? FULL : value);
  return Buffer.concat([
    numbers(
      [4, 0x04034b50],
      [2, 20],
      [2, flags],
      [2, method],
      [4, 0],
      [4, late ? 0 : crc],
      [4, stated(packed)],
      [4, stated(size)],
      [2, name.length],
      [2, extra.length],
    ),
    name,
    extra,
  ]);
}

function descriptor({ crc, packed, size }: Fields, shape: ZipShape): Buffer {
  return shape.hasDescriptors ? numbers([4, 0x08074b50], [4, crc], [4, packed], [4, size]) : Buffer.alloc(0);
}

function centralHeader(
  name: Buffer,
  { method, flags, crc, packed, size }: Fields,
  offset: number,
  { zip64 }: ZipShape,
): Buffer {
  const extra = zip64 ? numbers([2, 1], [2, 24], [8, size], [8, packed], [8, offset]) : Buffer.alloc(0);
  const stated = (value: number) => (zip64 ? FULL : value);
  return Buffer.concat([
    numbers(
      [4, 0x02014b50],
      [2, 20],
      [2, 20],
      [2, flags],
      [2, method],
      [4, 0],
      [4, crc],
      [4, stated(packed)],
      [4, stated(size)],
    ),
    numbers([2, name.length], [2, extra.length], [2, 0], [2, 0], [2, 0], [4, 0], [4, stated(offset)]),
    name,
    extra,
  ]);
}

function endRecords(count: number, size: number, offset: number, { zip64, comment = '' }: ZipShape): Buffer {
  const stated = (value: number) => (zip64 ? FULL : value);
  const large = zip64
    ? [
        numbers(
          [4, 0x06064b50],
          [8, 44],
          [2, 45],
          [2, 45],
          [4, 0],
          [4, 0],
          [8, count],
          [8, count],
          [8, size],
          [8, offset],
        ),
        numbers([4, 0x07064b50], [4, 0], [8, offset + size], [4, 1]),
      ]
    : [];
  return Buffer.concat([
    ...large,
    numbers(
      [4, 0x06054b50],
      [2, 0],
      [2, 0],
      [2, count],
      [2, count],
      [4, stated(size)],
      [4, stated(offset)],
      [2, comment.length],
    ),
    Buffer.from(comment, 'latin1'),
  ]);
}

/** Little-endian numbers of 2, 4 or 8 bytes. */
function numbers(...fields: [bytes: number, value: number][]): Buffer {
  return Buffer.concat(
    fields.map(([bytes, value]) => {
      const field = Buffer.alloc(8);
      field.writeBigUInt64LE(BigInt(value));
      return field.subarray(0, bytes);
    }),
  );
}

export interface TarPart {
  name: string;
  content: string | Uint8Array;
  type?: string;
  /** When it is to be wrong. */
  statedSize?: number;
}

/** A tar file of the ustar format with its end mark. */
export function tarOf(entries: readonly TarPart[]): Buffer {
  const blocks = entries.flatMap(({ name, content, type = '0', statedSize }) => {
    const bytes = Buffer.from(content as Uint8Array);
    const padded = Buffer.alloc(Math.ceil(bytes.length / 512) * 512);
    bytes.copy(padded);
    return [tarHeader(name, statedSize ?? bytes.length, type), padded];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

function tarHeader(name: string, size: number, type: string): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0, 100);
  header.write('0000644\0', 100);
  header.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136);
  header.write('        ', 148);
  header.write(type, 156);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}
