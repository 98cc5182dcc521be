import { SiweMessage } from 'siwe';
import { getAddress, type Hex, hashMessage, keccak256, sliceHex, toHex } from 'viem';
import { describe, expect, it } from 'vitest';
import { createLedgerClient } from '../../../server/chain/client.ts';
import { isSignedByAccount } from '../../../server/people/verifySigner.ts';
import { newKey } from '../../contracts/fixture.ts';
import { deploy } from '../../contracts/mocks.ts';
import { KINDS, RETURN_BOMB } from '../../contracts/signers.ts';
import { fixtureForAllTests } from '../fixture.ts';
import { get, post } from '../support.ts';

const fixture = fixtureForAllTests({ limits: { signIn: { count: 1_000, windowSec: 60 } } });

async function messageFor(account: Hex): Promise<string> {
  const { server } = fixture;
  const { nonce } = (await get<{ nonce: string }>(`${server.api}/sign-in/nonce`)).body;
  return new SiweMessage({
    ...{ domain: server.host, uri: server.url, version: '1', chainId: 31_337, nonce },
    address: getAddress(account),
    expirationTime: new Date(Date.now() + 300_000).toISOString(),
  }).prepareMessage();
}

const signIn = (message: string, signature: Hex) =>
  post(`${fixture.server.api}/sign-in`, { message, signature: signature.toLowerCase() });

const REFUSED = { status: 401, body: { code: 'signIn.signature' } };

describe.each(KINDS)('%s', (_kind, make) => {
  it('signs in by its own signature of this message alone', async () => {
    const { market } = fixture.ledger;
    const signer = await make(market);
    const other = await make(market);
    const message = await messageFor(signer.address);
    const signature = await signer.signDigest(hashMessage(message));
    expect(await signIn(message, signature)).toMatchObject({
      status: 200,
      body: { address: getAddress(signer.address) },
    });
    const next = await messageFor(signer.address);
    expect(await signIn(next, signature)).toMatchObject(REFUSED);
    const third = await messageFor(signer.address);
    expect(await signIn(third, await other.signDigest(hashMessage(third)))).toMatchObject(REFUSED);
  });

  it('signs in by no other form of the signature', async () => {
    const signer = await make(fixture.ledger.market);
    const digest = keccak256('0x01');
    const good = await signer.signDigest(digest);
    const client = createLedgerClient(fixture.ledger.anvil.url);
    expect(await isSignedByAccount(client, signer.address, digest, good)).toBe(true);
    const bytes = (good.length - 2) / 2;
    const cut = [0, 1, 2, 22, 65, bytes - 1].filter((end) => end < bytes);
    for (const end of cut) {
      const part = end === 0 ? '0x' : sliceHex(good, 0, end);
      expect(await isSignedByAccount(client, signer.address, digest, part)).toBe(false);
    }
  });
});

describe('an account whose code', () => {
  it.each(Object.entries(RETURN_BOMB).filter(([, mode]) => mode !== RETURN_BOMB.NONE))(
    'answers by %s is not signed in, and nobody waits for it',
    async (_name, mode) => {
      const { address } = await deploy(fixture.ledger.market.rpcUrl, 'mocks/ReturnBombSigner', [
        mode,
        1_000_000n,
      ]);
      const signature = toHex(1, { size: 65 });
      expect(await signIn(await messageFor(address), signature)).toMatchObject(REFUSED);
    },
  );
});

it('is not decided while no node of the ledger answers', async () => {
  const client = createLedgerClient('http://127.0.0.1:9');
  const digest = keccak256('0x01');
  await expect(isSignedByAccount(client, newKey().address, digest, '0x00')).rejects.toThrow();
});
