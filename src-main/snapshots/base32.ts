// Base 32 in Crockford's lower-case alphabet: no letters that are taken for digits (i, l, o) and no u.

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'

/** Five bits a character, first bits first; what is left at the end is padded with zero bits. */
export function base32(bytes: Uint8Array): string {
  let out = ''
  let held = 0
  let bits = 0
  for (const byte of bytes) {
    held = (held << 8) | byte
    bits += 8
    while (bits >= 5) {
      bits -= 5
      out += alphabet[(held >>> bits) & 31] ?? ''
    }
    held &= (1 << bits) - 1
  }
  return bits === 0 ? out : out + (alphabet[(held << (5 - bits)) & 31] ?? '')
}
