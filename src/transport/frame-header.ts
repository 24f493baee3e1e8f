/** Opcodes (RFC 6455, section 5.2) of the frames that this side encodes. */
export const TEXT = 0x1;
export const BINARY = 0x2;
export const PING = 0x9;

/** Bytes of the longest header: two, a length of 64 bits and a masking key. */
export const LONGEST_HEADER = 14;

const MASK_BIT = 0x80;

/** The size on the wire of a frame with a payload of `length` bytes. */
export function frameSize(length: number, masked: boolean): number {
  return headerSize(length, masked) + length;
}

export function headerSize(length: number, masked: boolean): number {
  const plain = length <= 125 ? 2 : length <= 0xffff ? 4 : 10;
  return masked ? plain + 4 : plain;
}

/** Writes the header of a whole frame at `start`, without the masking key. */
export function writeHeader(view: DataView, start: number, opcode: number, length: number, masked: boolean): void {
  const maskBit = masked ? MASK_BIT : 0;
  view.setUint8(start, 0x80 | opcode);
  if (length <= 125) {
    view.setUint8(start + 1, maskBit | length);
  } else if (length <= 0xffff) {
    view.setUint8(start + 1, maskBit | 126);
    view.setUint16(start + 2, length);
  } else {
    view.setUint8(start + 1, maskBit | 127);
    view.setUint32(start + 2, Math.floor(length / 2 ** 32));
    view.setUint32(start + 6, length >>> 0);
  }
}
