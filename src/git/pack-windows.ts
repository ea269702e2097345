import { readSync } from 'node:fs';
import type { Kernel } from '../detect/kernel/types.ts';
import type { PackShare, Store } from './store.ts';

/**
 * Small, because the objects of a delta tree are scattered over packs that a server made: with 24 windows of 1 MB the walk of a
 * 500 MB pack read 60 GB, with these 0.9 GB.
 */
const WINDOW_BYTES = 8 << 10;
/** Read beyond a window's end, so that most entries that begin near the end are whole in it. */
const OVERLAP_BYTES = 4 << 10;
const SLOT_BYTES = WINDOW_BYTES + OVERLAP_BYTES;
const SLOTS = 4096;

/** Recently used windows of the packs, in kernel memory: the walk never holds a pack. */
export class PackWindows {
  /** Bytes of kernel memory this takes up, from `start`. */
  static readonly bytesNeeded = SLOTS * SLOT_BYTES;

  readonly #store: Store;
  readonly #kernel: Kernel;
  readonly #start: number;
  /** Which window of which pack a slot holds, -1 for none, and how many bytes of it there are. */
  readonly #key = new Float64Array(SLOTS).fill(-1);
  readonly #length = new Int32Array(SLOTS);
  /** 1 for a slot that was asked for since the hand last passed. */
  readonly #isRecent = new Uint8Array(SLOTS);
  readonly #slotOf = new Map<number, number>();
  #hand = 0;
  #lastKey = -1;
  #lastSlot = 0;

  constructor(store: Store, kernel: Kernel, start: number) {
    this.#store = store;
    this.#kernel = kernel;
    this.#start = start;
  }

  /**
   * Pointer to the pack's bytes at `offset`, -1 when `length` bytes from there are not in one window.
   * Good until the next call.
   */
  locate(pack: PackShare, offset: number, length: number): number {
    const window = Math.floor(offset / WINDOW_BYTES);
    const within = offset - window * WINDOW_BYTES;
    if (within + length > SLOT_BYTES) return -1;
    // Packs are told apart by their first objects' numbers; 2^26 windows are a terabyte.
    const key = pack.first * 0x4000000 + window;
    if (key !== this.#lastKey) {
      this.#lastSlot = this.#slotOf.get(key) ?? this.#load(pack, window, key);
      this.#lastKey = key;
    }
    const slot = this.#lastSlot;
    this.#isRecent[slot] = 1;
    return within + length <= this.#length[slot]! ? this.#start + slot * SLOT_BYTES + within : -1;
  }

  #load(pack: PackShare, window: number, key: number): number {
    const slot = this.#freeSlot();
    this.#slotOf.delete(this.#key[slot]!);
    const from = window * WINDOW_BYTES;
    const length = Math.max(0, Math.min(SLOT_BYTES, pack.dataEnd - from));
    const at = this.#start + slot * SLOT_BYTES;
    this.#length[slot] = readSync(this.#store.fileOf(pack), this.#kernel.bytes(), at, length, from);
    this.#key[slot] = key;
    this.#slotOf.set(key, slot);
    return slot;
  }

  /** The next slot that was not asked for lately (the clock algorithm). */
  #freeSlot(): number {
    while (this.#isRecent[this.#hand] === 1) {
      this.#isRecent[this.#hand] = 0;
      this.#hand = (this.#hand + 1) % SLOTS;
    }
    const slot = this.#hand;
    this.#hand = (this.#hand + 1) % SLOTS;
    return slot;
  }
}
