/** Work that takes time, one piece after another for each key, in the order in which it was asked for. */
export class Turns<Key> {
  private readonly last = new Map<Key, Promise<void>>();

  /** Settles as `work` does; what fails does not stop what comes after it. */
  take<T>(key: Key, work: () => Promise<T>): Promise<T> {
    const result = (this.last.get(key) ?? Promise.resolve()).then(work);
    const settled = result.then(
      () => undefined,
      () => undefined,
    );
    this.last.set(key, settled);
    void settled.then(() => {
      if (this.last.get(key) === settled) this.last.delete(key);
    });
    return result;
  }

  /** What was asked for until now has ended. */
  async over(): Promise<void> {
    await Promise.all(this.last.values());
  }
}
