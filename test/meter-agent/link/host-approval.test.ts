import type { Hex } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { locationNote } from '../../../meter-agent/link/handover.ts';
import { parseHandover } from '../../../protocol/handover.ts';
import { open } from '../../../protocol/seal.ts';
import { signMessageOf } from '../../../protocol/signature.ts';
import { toTermsStruct } from '../../../protocol/terms.ts';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { deploy, sendTo } from '../../contracts/mocks.ts';
import { byKey, KINDS, RETURN_BOMB, type Signer, walletSigner } from '../../contracts/signers.ts';
import { startAnvil } from '../../support/anvil.ts';
import { type TestMarket, testTerms } from '../../support/market.ts';
import { agentFixture, REF } from '../support/agent-fixture.ts';
import { ApiPeer } from '../support/api-peer.ts';
import { bookOn } from '../support/booked.ts';
import { RpcProxy } from '../support/rpc-proxy.ts';
import { Scope } from '../support/start-agent.ts';

const scope = new Scope();
let fixture: Awaited<ReturnType<typeof stage>>;
beforeAll(async () => {
  fixture = await stage();
});
afterAll(() => scope.end());

const LOCATION = {
  salt: `0x${'05'.repeat(32)}`,
  place: '50.775300,6.083900',
  instructions: '',
  contact: '',
} as const;

/** An agent with a real ledger behind a proxy, and an API that carries what it is given. */
async function stage() {
  const anvil = await startAnvil();
  scope.onEnd(() => anvil.stop());
  const { proxy, url: rpcUrl } = await RpcProxy.start(scope, anvil.url);
  const api = new ApiPeer(REF);
  scope.onEnd(() => api.close());
  const { agent } = await agentFixture(scope, { config: { rpcUrl, apiUrl: await api.listen() } });
  await waitFor('the agent to be connected', () => api.of('heartbeat').length > 0);
  // The signers of these tests need no more of a market.
  const market = { rpcUrl: anvil.url, ref: REF } as TestMarket;
  return { agent, api, proxy, market };
}

/** A far booking of that host, whose driver has asked for the place. */
async function waiting(host: Hex) {
  const { agent, api } = fixture;
  const key = generatePrivateKey();
  const sessionKey = privateKeyToAccount(key);
  const terms = toTermsStruct(testTerms(host, agent.key.account.address));
  const firstSlot = Math.floor(Date.now() / 900_000) + 200;
  const { bookingId, fact } = bookOn(agent, { terms, firstSlot, sessionKey });
  const { listingId } = fact;
  agent.journal.setNote(locationNote(listingId), { listingId, ...LOCATION });
  const signature = await signMessageOf(sessionKey, REF, 'HandoverRequest', { bookingId });
  const ask = () => api.ask({ type: 'handover', bookingId, signature });
  expect((await ask()).problem?.code).toBe('handover.notYet');
  const approve = async (signer: Signer, of = bookingId) => {
    const approval = await signer.sign('HandoverApproval', { bookingId: of });
    return (await api.ask({ type: 'approveHandover', bookingId, signature: approval })).problem?.code;
  };
  const sealedLocation = async () => {
    const { sealed } = await ask();
    return sealed && parseHandover(open(key, sealed));
  };
  return { bookingId, approve, sealedLocation };
}

test.each(KINDS)(
  'a host who is %s lets a driver know early; another of its kind, or for another booking, does not',
  async (_, make) => {
    const [host, other] = [await make(fixture.market), await make(fixture.market)];
    const { approve, sealedLocation } = await waiting(host.address);
    expect(await approve(other)).toBe('signature.notHost');
    expect(await approve(host, `0x${'77'.repeat(32)}`)).toBe('signature.notHost');
    expect(await sealedLocation()).toBeUndefined();
    expect(await approve(host)).toBeUndefined();
    expect(await sealedLocation()).toMatchObject(LOCATION);
  },
);

test('with the ledger away a contract host waits, and a key does not', async () => {
  const { market, proxy } = fixture;
  const host = await walletSigner(market);
  const { approve, sealedLocation } = await waiting(host.address);
  proxy.answer = () => new Error('upstream is away');
  expect(await approve(host)).toBe('handover.ledgerAway');
  expect(await sealedLocation()).toBeUndefined();
  const key = byKey(market, privateKeyToAccount(generatePrivateKey()));
  expect(await (await waiting(key.address)).approve(key)).toBeUndefined();
  proxy.answer = () => undefined;
  expect(await approve(host)).toBeUndefined();
  expect(await sealedLocation()).toMatchObject(LOCATION);
});

test.each([
  ['is locked', async () => locked()],
  ['burns all gas', () => bombSigner(RETURN_BOMB.BURN_ALL_GAS)],
  ['reverts with 100 kB', () => bombSigner(RETURN_BOMB.REVERT)],
])('a contract host that %s approves nothing', async (_, make) => {
  const host = await make();
  const { approve, sealedLocation } = await waiting(host.address);
  expect(await approve(host)).toMatch(/^(signature.notHost|handover.ledgerAway)$/);
  expect(await sealedLocation()).toBeUndefined();
});

async function locked(): Promise<Signer> {
  const owner = privateKeyToAccount(generatePrivateKey());
  const wallet = await deploy(fixture.market.rpcUrl, 'mocks/ContractWallet', [owner.address]);
  await sendTo(fixture.market.rpcUrl, wallet, 'setLocked', [true]);
  return byKey(fixture.market, owner, wallet.address);
}

async function bombSigner(answer: number): Promise<Signer> {
  const { address } = await deploy(fixture.market.rpcUrl, 'mocks/ReturnBombSigner', [answer, 100_000n]);
  return byKey(fixture.market, privateKeyToAccount(generatePrivateKey()), address);
}
