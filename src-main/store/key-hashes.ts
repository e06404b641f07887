/** A set of texts that keeps only 64 bits of each, outside the heap: a round of 234,000 keys leaves the garbage collector nothing to do. */

/** Parts that grow each for itself: one table of that size would keep the event loop for 40 ms when it doubles. */
const parts = 64
const leastSlots = 16

interface Part {
  /** Two words a slot, both 0 in a free one. */
  slots: Uint32Array
  size: number
}

export class KeyHashes {
  readonly #parts: readonly Part[] = Array.from({ length: parts }, () => ({ slots: new Uint32Array(2 * leastSlots), size: 0 }))

  /** Adds a text; false when it was there. Two texts with the same 64 bits count as one: one round in a thousand million of that size. */
  add(text: string): boolean {
    let a = 0x811c9dc5
    let b = 0x9e3779b9
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i)
      a = Math.imul(a ^ unit, 0x01000193)
      b = Math.imul(((b << 13) | (b >>> 19)) ^ unit, 0x85ebca6b)
    }
    a = mixed(a ^ text.length)
    b = mixed(b ^ a)
    if (a === 0 && b === 0) b = 1
    const part = this.#parts[b % parts]
    if (part === undefined || !place(part.slots, a, b)) return false
    part.size += 1
    if (4 * part.size > part.slots.length) grow(part)
    return true
  }
}

function grow(part: Part): void {
  const old = part.slots
  part.slots = new Uint32Array(2 * old.length)
  for (let at = 0; at < old.length; at += 2) {
    const [a = 0, b = 0] = [old[at], old[at + 1]]
    if (a !== 0 || b !== 0) place(part.slots, a, b)
  }
}

/** Every bit of the result depends on every bit given. */
function mixed(word: number): number {
  let h = word
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d)
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b)
  return (h ^ (h >>> 16)) >>> 0
}

/** Puts a pair of words into the first free slot from where it belongs; false when it is there. */
function place(slots: Uint32Array, a: number, b: number): boolean {
  const mask = slots.length - 1
  for (let at = (2 * a) & mask; ; at = (at + 2) & mask) {
    const [here, next] = [slots[at], slots[at + 1]]
    if (here === a && next === b) return false
    if (here === 0 && next === 0) {
      slots[at] = a
      slots[at + 1] = b
      return true
    }
  }
}
