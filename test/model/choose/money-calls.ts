import { DRIVERS, HOSTS, PURSES } from '../actors.ts';
import type * as calls from '../calls.ts';
import { CHARGERS } from '../chargers.ts';
import type { Rng } from '../rng.ts';
import { balanceOf, earningsOf, nonceOf, purseOf, type World } from '../world.ts';

const PAYEES = [...DRIVERS, ...HOSTS, 'stranger'] as const;

export function deposit(world: World, rng: Rng): calls.Deposit {
  const sender = rng.mostly(rng.pick(DRIVERS), 8, ['stranger', 'relayer']);
  return { kind: 'deposit', sender, ...into(world, rng, sender) };
}

/** By those who have approved nothing. */
export function depositWithPermit(world: World, rng: Rng): calls.DepositWithPermit {
  const sender = rng.pick([...HOSTS, 'relayer']);
  return { kind: 'depositWithPermit', sender, ...into(world, rng, sender) };
}

export function depositWithAuthorization(world: World, rng: Rng): calls.DepositWithAuthorization {
  const from = rng.pick([...DRIVERS, ...HOSTS]);
  const signer = rng.mostly<string>(from, 6, ['stranger']);
  const salt = world.tried++;
  return {
    kind: 'depositWithAuthorization',
    sender: 'relayer',
    from,
    signer,
    salt,
    ...into(world, rng, from),
  };
}

function into(world: World, rng: Rng, from: string) {
  const amount = rng.mostly(rng.pick([30_000_000n, 1n, 7_654_321n]), 8, [0n, balanceOf(world, from) + 1n]);
  const account = rng.mostly<string | null>(rng.pick(DRIVERS), 8, [null, 'stranger', 'host-0']);
  return { amount, account, index: rng.pick(PURSES) };
}

export function withdraw(world: World, rng: Rng): calls.Withdraw {
  const { account, index, free } = filled(world, rng);
  return { kind: 'withdraw', sender: account, index, amount: part(rng, free), to: payee(rng) };
}

export function withdrawBySignature(world: World, rng: Rng): calls.WithdrawBySignature {
  const { account, index, free } = filled(world, rng);
  return { kind: 'withdrawBySignature', index, ...relayed(world, rng, account, free) };
}

export function withdrawEarnings(world: World, rng: Rng): calls.WithdrawEarnings {
  const { charger, host, earned } = paid(world, rng);
  const sender = rng.mostly<string>(host, 6, ['stranger']);
  return { kind: 'withdrawEarnings', sender, charger, amount: part(rng, earned), to: payee(rng) };
}

export function withdrawEarningsBySignature(world: World, rng: Rng): calls.WithdrawEarningsBySignature {
  const { charger, host, earned } = paid(world, rng);
  return { kind: 'withdrawEarningsBySignature', charger, ...relayed(world, rng, host, earned) };
}

/** A purse that holds something, if there is one. */
function filled(world: World, rng: Rng) {
  const accounts = [...DRIVERS, 'treasury', 'relayer'].flatMap((account) =>
    PURSES.map((index) => ({ account, index, free: purseOf(world, account, index).free })),
  );
  const full = accounts.filter(({ free }) => free > 0n);
  return rng.pick(full.length > 0 ? full : accounts);
}

/** A host's earnings with something in them, if there are any. */
function paid(world: World, rng: Rng) {
  const all = CHARGERS.flatMap((_, charger) =>
    HOSTS.map((host) => ({ charger, host, earned: earningsOf(world, charger, host).earned })),
  );
  const full = all.filter(({ earned }) => earned > 0n);
  return rng.pick(full.length > 0 ? full : all);
}

const part = (rng: Rng, whole: bigint): bigint =>
  rng.mostly(rng.pick([whole / 3n, whole, 1n]), 8, [0n, whole + 1n]);

const payee = (rng: Rng): string | null => rng.mostly<string | null>(rng.pick(PAYEES), 4, [null]);

function relayed(world: World, rng: Rng, account: string, has: bigint) {
  const sender = rng.pick(['relayer', 'stranger']);
  const amount = part(rng, has);
  return {
    sender,
    account,
    amount,
    to: payee(rng),
    relayer: rng.mostly(rng.pick([null, sender]), 5, ['guardian']),
    relayFee: rng.mostly(rng.pick([0n, amount / 10n]), 5, [amount + 1n, amount]),
    nonce: nonceOf(world, account) + rng.mostly(0n, 5, [1n]),
    validUntil: world.nowSec + rng.mostly(60, 8, [0, 1, -1]),
    signer: rng.mostly<string>(account, 5, ['stranger']),
  };
}
