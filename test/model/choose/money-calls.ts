import { DRIVERS, HOSTS, PURSES } from '../actors.ts';
import type * as calls from '../calls.ts';
import { CHARGERS } from '../chargers.ts';
import type { Dice } from '../rng.ts';
import { balanceOf, earningsOf, nonceOf, purseOf, type World } from '../world.ts';

const PAYEES = [...DRIVERS, ...HOSTS, 'stranger'] as const;

export function deposit(world: World, dice: Dice): calls.Deposit {
  const sender = dice.mostly(dice.pick(DRIVERS), 8, ['stranger', 'relayer']);
  return { kind: 'deposit', sender, ...into(world, dice, sender) };
}

/** Of those who have approved nothing. */
export function depositWithPermit(world: World, dice: Dice): calls.DepositWithPermit {
  const sender = dice.pick([...HOSTS, 'relayer']);
  return { kind: 'depositWithPermit', sender, ...into(world, dice, sender) };
}

export function depositWithAuthorization(world: World, dice: Dice): calls.DepositWithAuthorization {
  const from = dice.pick([...DRIVERS, ...HOSTS]);
  const signer = dice.mostly<string>(from, 6, ['stranger']);
  const salt = world.tried++;
  return {
    kind: 'depositWithAuthorization',
    sender: 'relayer',
    from,
    signer,
    salt,
    ...into(world, dice, from),
  };
}

function into(world: World, dice: Dice, from: string) {
  const amount = dice.mostly(dice.pick([30_000_000n, 1n, 7_654_321n]), 8, [0n, balanceOf(world, from) + 1n]);
  const account = dice.mostly<string | null>(dice.pick(DRIVERS), 8, [null, 'stranger', 'host-0']);
  return { amount, account, index: dice.pick(PURSES) };
}

export function withdraw(world: World, dice: Dice): calls.Withdraw {
  const { account, index, free } = filled(world, dice);
  return { kind: 'withdraw', sender: account, index, amount: part(dice, free), to: payee(dice) };
}

export function withdrawBySignature(world: World, dice: Dice): calls.WithdrawBySignature {
  const { account, index, free } = filled(world, dice);
  return { kind: 'withdrawBySignature', index, ...relayed(world, dice, account, free) };
}

export function withdrawEarnings(world: World, dice: Dice): calls.WithdrawEarnings {
  const { charger, host, earned } = paid(world, dice);
  const sender = dice.mostly<string>(host, 6, ['stranger']);
  return { kind: 'withdrawEarnings', sender, charger, amount: part(dice, earned), to: payee(dice) };
}

export function withdrawEarningsBySignature(world: World, dice: Dice): calls.WithdrawEarningsBySignature {
  const { charger, host, earned } = paid(world, dice);
  return { kind: 'withdrawEarningsBySignature', charger, ...relayed(world, dice, host, earned) };
}

/** A purse that holds something, if there is one. */
function filled(world: World, dice: Dice) {
  const accounts = [...DRIVERS, 'treasury', 'relayer'].flatMap((account) =>
    PURSES.map((index) => ({ account, index, free: purseOf(world, account, index).free })),
  );
  const full = accounts.filter(({ free }) => free > 0n);
  return dice.pick(full.length > 0 ? full : accounts);
}

/** A host's earnings with something in them, if there are any. */
function paid(world: World, dice: Dice) {
  const all = CHARGERS.flatMap((_, charger) =>
    HOSTS.map((host) => ({ charger, host, earned: earningsOf(world, charger, host).earned })),
  );
  const full = all.filter(({ earned }) => earned > 0n);
  return dice.pick(full.length > 0 ? full : all);
}

const part = (dice: Dice, whole: bigint): bigint =>
  dice.mostly(dice.pick([whole / 3n, whole, 1n]), 8, [0n, whole + 1n]);

const payee = (dice: Dice): string | null => dice.mostly<string | null>(dice.pick(PAYEES), 4, [null]);

function relayed(world: World, dice: Dice, account: string, has: bigint) {
  const sender = dice.pick(['relayer', 'stranger']);
  const amount = part(dice, has);
  return {
    sender,
    account,
    amount,
    to: payee(dice),
    relayer: dice.mostly(dice.pick([null, sender]), 5, ['guardian']),
    relayFee: dice.mostly(dice.pick([0n, amount / 10n]), 5, [amount + 1n, amount]),
    nonce: nonceOf(world, account) + dice.mostly(0n, 5, [1n]),
    validUntil: world.nowSec + dice.mostly(60, 8, [0, 1, -1]),
    signer: dice.mostly<string>(account, 5, ['stranger']),
  };
}
