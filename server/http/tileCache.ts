/** What a tile costs beside its bytes: key, entry and buffer. */
const ENTRY_BYTES = 300;

/** The tiles that were asked for last, up to a number of bytes. */
export interface TileCache {
  get(key: string): Uint8Array | undefined;
  set(key: string, bytes: Uint8Array): void;
  delete(key: string): void;
  clear(): void;
}

export function createTileCache(maxBytes: number): TileCache {
  // A map keeps the order in which its keys were added: the first one was unused for longest.
  const tiles = new Map<string, Uint8Array>();
  let heldBytes = 0;
  const remove = (key: string): void => {
    const bytes = tiles.get(key);
    if (bytes === undefined) return;
    tiles.delete(key);
    heldBytes -= bytes.length + ENTRY_BYTES;
  };
  const add = (key: string, bytes: Uint8Array): void => {
    tiles.set(key, bytes);
    heldBytes += bytes.length + ENTRY_BYTES;
  };
  return {
    get(key) {
      const bytes = tiles.get(key);
      if (bytes === undefined) return undefined;
      remove(key);
      add(key, bytes);
      return bytes;
    },
    set(key, bytes) {
      remove(key);
      add(key, bytes);
      while (heldBytes > maxBytes) remove(tiles.keys().next().value!);
    },
    delete: remove,
    clear() {
      tiles.clear();
      heldBytes = 0;
    },
  };
}
