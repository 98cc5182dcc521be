import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StoredBooking } from '../../server/web/booking/storedBookings.ts';
import { mergeBookings } from '../../server/web/vault/mergeBookings.ts';
import { openVault, sealVault, vaultKeyOf } from '../../server/web/vault/sealVault.ts';
import { syncVault } from '../../server/web/vault/syncVault.ts';
import type { SealedVault, VaultStore } from '../../server/web/vault/vaultApi.ts';
import { contentsText } from '../../server/web/vault/vaultContents.ts';
import { BOOKED, DRIVER, device, FIRST_SLOT, REF } from './vaultBookings.ts';

const secret = new Uint8Array(32).fill(7);
const key = await vaultKeyOf(secret, REF, DRIVER);
const owner = { account: DRIVER, ref: REF, key } as const;
const now = () => FIRST_SLOT * 900;
const textOf = (bookings: readonly StoredBooking[]) => contentsText({ bookings: [...bookings], others: [] });

/** The server's rule: a version must follow the stored one. */
class Server implements VaultStore {
  stored: SealedVault | undefined;
  writes = 0;
  /** Called before each write: what another device does just then. */
  before: () => Promise<void> = async () => {};

  async read() {
    return this.stored;
  }

  async write(vault: SealedVault) {
    const { before } = this;
    this.before = async () => {};
    await before();
    if (vault.version !== (this.stored?.version ?? 0) + 1) return false;
    this.writes += 1;
    this.stored = vault;
    return true;
  }
}

/** A device with what it has. */
function deviceOf(bookings: readonly StoredBooking[]) {
  let has = [...bookings];
  return {
    list: () => has,
    store: (news: StoredBooking[]) => {
      const ids = new Set(news.map(({ bookingId }) => bookingId));
      has = [...has.filter(({ bookingId }) => !ids.has(bookingId)), ...news];
    },
  };
}

const refused = (code: string) => expect.objectContaining({ code });

describe('a sealed text', () => {
  it('opens with the key and the version that sealed it, whatever it says', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'grapheme' }),
        fc.integer({ min: 1, max: 999_999 }),
        async (text, version) => {
          const bytes = await sealVault(key, text, version);
          expect(await openVault(key, bytes, version)).toBe(text);
          await expect(openVault(key, bytes, version + 1)).rejects.toThrow(refused('vault.wrongKey'));
        },
      ),
      { numRuns: 40, seed: 20_261_122 },
    );
  });

  it('opens with no key of another secret, account, chain or market', async () => {
    const bytes = await sealVault(key, 'mine', 1);
    const others = [
      vaultKeyOf(new Uint8Array(32).fill(8), REF, DRIVER),
      vaultKeyOf(secret, REF, REF.market),
      vaultKeyOf(secret, { ...REF, chainId: 1 }, DRIVER),
      vaultKeyOf(secret, { ...REF, market: DRIVER }, DRIVER),
    ];
    for (const other of others)
      await expect(openVault(await other, bytes, 1)).rejects.toThrow(refused('vault.wrongKey'));
  });

  it('opens with no bit of it changed, and a newer or foreign one is told apart', async () => {
    const bytes = await sealVault(key, 'mine', 1);
    const changed = (at: number, by = 1) => bytes.map((byte, i) => (i === at ? byte ^ by : byte));
    for (const at of [4, 15, 16, 40, bytes.length - 1])
      await expect(openVault(key, changed(at), 1)).rejects.toThrow(refused('vault.wrongKey'));
    await expect(openVault(key, changed(3, 3), 1)).rejects.toThrow(refused('vault.newer'));
    await expect(openVault(key, changed(0), 1)).rejects.toThrow(refused('vault.foreign'));
    await expect(openVault(key, new Uint8Array(), 1)).rejects.toThrow(refused('vault.foreign'));
  });

  it('has one of five sizes, which tell nothing of what is in it, and a key that nobody can read out', async () => {
    const sizeOf = async (length: number) => (await sealVault(key, 'x'.repeat(length), 1)).length;
    expect([await sizeOf(0), await sizeOf(4_060), await sizeOf(4_061)]).toEqual([4_096, 4_096, 8_192]);
    expect(await sizeOf(65_500)).toBe(65_536);
    await expect(sizeOf(65_501)).rejects.toThrow(refused('vault.full'));
    await expect(crypto.subtle.exportKey('raw', key)).rejects.toThrow();
  });
});

describe('a vault and its devices', () => {
  it('come to the same, also where both write at once', async () => {
    await fc.assert(
      fc.asyncProperty(device, device, fc.boolean(), async (first, second, atOnce) => {
        const [server, a, b] = [new Server(), deviceOf(first), deviceOf(second)];
        const sync = (one: typeof a) => syncVault(owner, server, one, now);
        if (atOnce) server.before = async () => void (await sync(b));
        await sync(a);
        await sync(b);
        await sync(a);
        const both = textOf([...mergeBookings(first, second).values()]);
        expect([textOf(a.list()), textOf(b.list())]).toEqual([both, both]);
        const { writes } = server;
        await sync(b);
        expect(server.writes).toBe(writes);
      }),
      { numRuns: 30, seed: 20_261_122 },
    );
  });

  it('bring everything back to a device whose storage was cleared', async () => {
    const server = new Server();
    await syncVault(owner, server, deviceOf(BOOKED), now);
    const cleared = deviceOf([]);
    expect(await syncVault(owner, server, cleared, now)).toBe(1);
    expect(textOf(cleared.list())).toBe(textOf(BOOKED));
  });

  it('write nothing where there is nothing', async () => {
    const server = new Server();
    expect(await syncVault(owner, server, deviceOf([]), now)).toBe(0);
    expect(server.stored).toBeUndefined();
  });

  it('leave a vault alone that they cannot open', async () => {
    const other = await vaultKeyOf(new Uint8Array(32), REF, DRIVER);
    const newer = (await sealVault(key, textOf(BOOKED), 3)).map((byte, i) => (i === 3 ? 2 : byte));
    const cases = [
      [await sealVault(other, textOf(BOOKED), 3), 'vault.wrongKey'],
      [newer, 'vault.newer'],
      [new TextEncoder().encode('somebody else’s'), 'vault.foreign'],
      [await sealVault(key, 'no list', 3), 'vault.broken'],
    ] as const;
    for (const [bytes, code] of cases) {
      const server = new Server();
      server.stored = { version: 3, bytes };
      await expect(syncVault(owner, server, deviceOf(BOOKED), now)).rejects.toThrow(refused(code));
      expect(server.stored).toEqual({ version: 3, bytes });
    }
  });

  it('gives up for now where another device always writes first', async () => {
    const server = new Server();
    const always = { read: () => server.read(), write: async () => false };
    await expect(syncVault(owner, always, deviceOf(BOOKED), now)).rejects.toThrow(refused('vault.busy'));
  });
});
