/**
 * Views over the memory of the WebAssembly instance. Growing the memory detaches the old buffer, so a view is only good
 * until the next call into SQLite: always read `heap.bytes` afresh, never keep it.
 */
export class Heap {
  readonly #memory: WebAssembly.Memory;
  #bytes: Uint8Array;
  #view: DataView;

  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
    this.#bytes = new Uint8Array(memory.buffer);
    this.#view = new DataView(memory.buffer);
  }

  get bytes(): Uint8Array {
    if (this.#bytes.buffer !== this.#memory.buffer) this.#bytes = new Uint8Array(this.#memory.buffer);
    return this.#bytes;
  }

  get view(): DataView {
    if (this.#view.buffer !== this.#memory.buffer) this.#view = new DataView(this.#memory.buffer);
    return this.#view;
  }

  /** A C `int` or a pointer. WebAssembly is little-endian on every machine. */
  int(address: number): number {
    return this.view.getInt32(address, true);
  }

  setInt(address: number, value: number): void {
    this.view.setInt32(address, value, true);
  }

  /** A C `sqlite3_int64`. */
  setInt64(address: number, value: number): void {
    this.view.setBigInt64(address, BigInt(value), true);
  }

  /** The C string at the address, which is UTF-8 and ends with a zero byte. */
  string(address: number): string {
    const bytes = this.bytes;
    return Buffer.from(bytes.buffer, address, bytes.indexOf(0, address) - address).toString('utf8');
  }

  /** Writes a C string into a buffer of `capacity` bytes; false if it does not fit. */
  setString(address: number, capacity: number, value: string): boolean {
    const encoded = Buffer.from(`${value}\0`, 'utf8');
    if (encoded.length > capacity) return false;
    this.bytes.set(encoded, address);
    return true;
  }
}
