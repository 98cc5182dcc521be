import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import fc from 'fast-check';
import { bytesToHex, concatHex, type Hex, toHex, UserRejectedRequestError } from 'viem';
import { generatePrivateKey, privateKeyToAddress } from 'viem/accounts';
import { beforeEach, expect, test, vi } from 'vitest';
import { signerAccountOf } from '../../protocol/funding.ts';
import { passkeySignerOf } from '../../protocol/passkey.ts';
import { spkiToMeterKey } from '../../protocol/proof.ts';
import { fundingSteps } from '../../server/web/accounts/funding.ts';
import type { FundingWay } from '../../server/web/accounts/fundingWay.ts';
import { keysOf } from '../../server/web/accounts/passkeyAccount.ts';
import { localhostUrl } from '../../server/web/accounts/passkeyHost.ts';
import { pendingNow, waitingFor } from '../../server/web/accounts/pendingRequests.ts';
import { publicPartOf, readPublicPart, recoverAccount } from '../../server/web/accounts/publicPart.ts';
import { makeWords, privateKeyOf, recoveryKeyOf } from '../../server/web/accounts/recoveryKey.ts';
import { accountSecret, recoverySource, sealSecret, secretAtHand } from '../../server/web/accounts/secret.ts';
import { rememberSource } from '../../server/web/accounts/secretSource.ts';
import { walletError } from '../../server/web/accounts/walletError.ts';
import type { PasskeyWallet } from '../../server/web/accounts/walletKinds.ts';
import type { Ledger } from '../../server/web/app/ledgerClient.ts';

const VERIFIER = `0x${'aa'.repeat(20)}` as const;
const MARKET = { passkeyVerifier: VERIFIER };
const ledgerOf = (market: Hex) => ({ ref: { chainId: 31_337, market } }) as unknown as Ledger;
const LEDGER = ledgerOf(`0x${'bb'.repeat(20)}`);

beforeEach(() => {
  const kept = new Map<string, string>();
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  });
});

const bytes = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((b) => bytesToHex(b));

/** An account as the page makes it, with a P-256 point of a test. */
async function accountOf(words: string, prf: Hex | undefined): Promise<PasskeyWallet> {
  const key = recoveryKeyOf(words);
  const signer = passkeySignerOf(VERIFIER, `0x${'cd'.repeat(64)}`, key.address).toLowerCase() as Hex;
  const account = { role: 'driver', kind: 'passkey', address: signerAccountOf(signer), signer } as const;
  const secret = await recoverySource(privateKeyOf(key));
  return prf === undefined
    ? { ...account, credentialId: 'a', secret }
    : { ...account, credentialId: 'a', sealedSecret: await sealSecret(privateKeyOf(key), prf) };
}

test('two assertions of a passkey lead to its public key, and to no other', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const expected = spkiToMeterKey(toHex(publicKey.export({ type: 'spki', format: 'der' })));
  const assertionOf = (challenge: string) => {
    const clientDataJSON = JSON.stringify({ type: 'webauthn.get', challenge, origin: 'https://a.example' });
    const authenticatorData = Buffer.alloc(37, 5);
    const hash = createHash('sha256').update(clientDataJSON).digest();
    const signature = sign('sha256', Buffer.concat([authenticatorData, hash]), privateKey);
    return { authenticatorData: toHex(authenticatorData), clientDataJSON, signature: toHex(signature) };
  };
  for (let round = 0; round < 10; round += 1) {
    const [first, second] = [keysOf(assertionOf(`a${round}`)), keysOf(assertionOf(`b${round}`))];
    expect(first.filter((key) => second.includes(key))).toEqual([expected]);
  }
});

test('words and public part open the account anywhere, with the secret that its passkey makes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.option(bytes(32), { nil: undefined }), fc.lorem(), async (prf, around) => {
      const words = makeWords();
      const made = await accountOf(words, prf);
      if (prf !== undefined) rememberSource(made, prf);
      const secret = await accountSecret(made, LEDGER);
      const publicPart = `${around}\n${publicPartOf(made)}\n${around}`;
      const opened = recoverAccount('driver', MARKET, { words: ` ${words.toUpperCase()}\n`, publicPart });
      expect(opened).toMatchObject({ address: made.address, signer: made.signer });
      // Under another address nothing that the passkey brought along is at hand: the words alone make it.
      const byWords = { ...opened, address: privateKeyToAddress(generatePrivateKey()) };
      expect(await secretAtHand(byWords, LEDGER)).toBeUndefined();
      expect(await accountSecret(byWords, LEDGER)).toEqual(secret);
      expect(await accountSecret(made, ledgerOf(`0x${'bc'.repeat(20)}`))).not.toEqual(secret);
    }),
    { seed: 20_261_130, numRuns: 5 },
  );
});

test('what does not belong together, is cut or of another market is refused', async () => {
  const [mine, other] = [makeWords(), makeWords()];
  const made = await accountOf(mine, `0x${'07'.repeat(32)}`);
  const code = publicPartOf(made);
  const attempt = (words: string, publicPart: string) => () =>
    recoverAccount('driver', MARKET, { words, publicPart });
  expect(attempt(other, code)).toThrow(expect.objectContaining({ code: 'recovery.otherKey' }));
  expect(attempt(mine.split(' ').slice(1).join(' '), code)).toThrow(
    expect.objectContaining({ code: 'recovery.words' }),
  );
  for (const text of [
    '',
    made.address,
    code.slice(0, -4),
    `${code}AAAA`,
    code.replace('account:', 'account:B'),
  ]) {
    expect(attempt(mine, text), text).toThrow(expect.objectContaining({ code: 'recovery.publicPart' }));
  }
  expect(() => readPublicPart(code, MARKET.passkeyVerifier.replace('aa', 'ab') as Hex)).toThrow(
    expect.objectContaining({ code: 'recovery.otherMarket' }),
  );
});

test('a page at an address is told its name', () => {
  expect(localhostUrl('http://127.0.0.1:8787/#/accounts')).toBe('http://localhost:8787/#/accounts');
});

test('each answer of a wallet has its own code, however libraries wrap it', () => {
  const raw = (code: number) => Object.assign(new Error('no'), { code });
  const cases: [unknown, string][] = [
    [raw(4001), 'wallet.refused'],
    [new UserRejectedRequestError(raw(4001)), 'wallet.refused'],
    [raw(-32_002), 'wallet.pending'],
    [raw(4902), 'wallet.unknownChain'],
    [new UserRejectedRequestError(raw(4902)), 'wallet.unknownChain'],
    [{ code: -32_603, data: { originalError: { code: 4902 } } }, 'wallet.unknownChain'],
    [raw(4100), 'wallet.noAccount'],
    [raw(4900), 'wallet.disconnected'],
    [raw(-32_603), 'wallet.failed'],
    ['nonsense', 'wallet.failed'],
  ];
  for (const [thrown, code] of cases) expect(walletError(thrown).code).toBe(code);
});

test('the reader may stop waiting for a wallet, and a late answer is not used', async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const waiting = waitingFor('Slow', () => promise);
  expect(pendingNow().map(({ wallet }) => wallet)).toEqual(['Slow']);
  pendingNow()[0]?.abandon();
  await expect(waiting).rejects.toMatchObject({ code: 'wallet.abandoned' });
  resolve('late');
  expect(pendingNow()).toEqual([]);
});

test('one signature funds and books where the token allows it; gas is asked for only where a transaction needs it', () => {
  const domain = { name: 'T' };
  const ways: [FundingWay, number][] = [
    [{ kind: 'none' }, 0],
    [{ kind: 'authorization', domain }, 0],
    [{ kind: 'permit', domain }, 1],
    [{ kind: 'allowance' }, 2],
  ];
  for (const [funding, count] of ways) {
    expect(fundingSteps(5n, { tokens: 5n, gas: 1n, funding }, true)).toHaveLength(count);
    expect(fundingSteps(0n, { tokens: 0n, gas: 0n, funding }, true)).toEqual([]);
    expect(fundingSteps(5n, { tokens: 4n, gas: 1n, funding }, true)).toHaveLength(count + 1);
    expect(fundingSteps(5n, { tokens: 4n, gas: 1n, funding }, false)).toHaveLength(count);
    expect(fundingSteps(5n, { tokens: 5n, gas: 0n, funding }, true)).toHaveLength(count && count + 1);
  }
});

test('a signer is found again in its public part, byte by byte', () => {
  fc.assert(
    fc.property(bytes(84), fc.option(bytes(60), { nil: undefined }), (key, sealed) => {
      const signer = concatHex([VERIFIER, key]);
      const wallet: PasskeyWallet = {
        ...{ role: 'host', kind: 'passkey', address: signerAccountOf(signer), signer },
        ...(sealed !== undefined && { sealedSecret: sealed }),
      };
      const { address, ...rest } = readPublicPart(publicPartOf(wallet), VERIFIER);
      expect(address).toBe(wallet.address);
      expect(rest).toEqual({ signer, ...(sealed !== undefined && { sealedSecret: sealed }) });
    }),
    { seed: 20_261_130, numRuns: 100 },
  );
});
