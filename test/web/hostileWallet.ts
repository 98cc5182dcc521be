import type { Page } from 'playwright-core';
import type { Address, Hex } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';

/** What the scripted wallet does with a method: an error's code, no answer, or, where nothing is set, what it was asked. */
type Behaviour = number | 'hang';

/** Steers the wallet of a page. */
export interface HostileWallet {
  accounts: readonly [Address, Address];
  behave(method: string, how?: Behaviour): Promise<void>;
  /** Which account signs from now on, whatever it is asked for. */
  signAs(account: Address | undefined): Promise<void>;
  /** Says the event of EIP-1193 too. */
  changeChain(chainId: Hex): Promise<void>;
  changeAccount(account: Address): Promise<void>;
  count(method: string): Promise<number>;
}

/** Runs in the page: a provider that announces itself (EIP-6963) and does what `window.hostile` says. */
function announce([account, chainId]: [string, string]) {
  const listeners: Record<string, ((value: unknown) => void)[]> = {};
  const say = (name: string, value: unknown) => {
    for (const listener of listeners[name] ?? []) listener(value);
  };
  const state = {
    ...{ account, chainId, signer: undefined as string | undefined },
    ...{ behaviour: {} as Record<string, number | 'hang'>, calls: [] as string[], say },
  };
  const page = window as unknown as {
    hostile: typeof state;
    signWith: (signer: string, data: string) => Promise<string>;
  };
  page.hostile = state;
  const setChain = (next: string) => {
    state.chainId = next;
    say('chainChanged', next);
    return null;
  };
  const answers: Record<string, (params: never) => unknown> = {
    eth_accounts: () => [state.account],
    eth_requestAccounts: () => [state.account],
    eth_chainId: () => state.chainId,
    wallet_requestPermissions: () => [{ caveats: [{ value: [state.account] }] }],
    wallet_switchEthereumChain: ([{ chainId: next }]: [{ chainId: string }]) => setChain(next),
    wallet_addEthereumChain: ([{ chainId: next }]: [{ chainId: string }]) => setChain(next),
    wallet_revokePermissions: () => null,
    eth_signTypedData_v4: ([of, data]: [string, string]) => page.signWith(state.signer ?? of, data),
  };
  const provider = {
    on: (name: string, listener: (value: unknown) => void) => {
      listeners[name] = [...(listeners[name] ?? []), listener];
    },
    removeListener: (name: string, listener: (value: unknown) => void) => {
      listeners[name] = (listeners[name] ?? []).filter((one) => one !== listener);
    },
    request: async ({ method, params }: { method: string; params?: never }) => {
      state.calls.push(method);
      const how = state.behaviour[method];
      if (how === 'hang') return new Promise(() => {});
      if (how !== undefined) throw Object.assign(new Error(`refused by ${how}`), { code: how });
      const answer = answers[method];
      if (answer === undefined) throw Object.assign(new Error(`no ${method}`), { code: 4200 });
      return answer((params ?? []) as never);
    },
  };
  const info = {
    uuid: crypto.randomUUID(),
    name: 'Moody',
    rdns: 'example.moody',
    icon: 'data:image/svg+xml,<svg/>',
  };
  const tell = () =>
    window.dispatchEvent(
      new CustomEvent('eip6963:announceProvider', { detail: Object.freeze({ info, provider }) }),
    );
  window.addEventListener('eip6963:requestProvider', tell);
  tell();
}

/** Gives a page a wallet that does what a test says. It begins on Ethereum's chain, not on the market's. */
export async function addHostileWallet(page: Page): Promise<HostileWallet> {
  const keys = [
    privateKeyToAccount(generatePrivateKey()),
    privateKeyToAccount(generatePrivateKey()),
  ] as const;
  await page.exposeFunction('signWith', (signer: string, data: string) => {
    const key = keys.find(({ address }) => address.toLowerCase() === signer.toLowerCase());
    return key!.signTypedData(JSON.parse(data));
  });
  await page.addInitScript(announce, [keys[0].address, '0x1'] as [string, string]);
  const run = (code: string) => page.evaluate(`(() => { ${code} })()`);
  const json = (value: unknown) => JSON.stringify(value) ?? 'undefined';
  return {
    accounts: [keys[0].address, keys[1].address],
    behave: async (method, how) => {
      await run(`hostile.behaviour[${json(method)}] = ${json(how)}`);
    },
    signAs: async (account) => {
      await run(`hostile.signer = ${json(account)}`);
    },
    changeChain: async (chainId) => {
      await run(`hostile.chainId = ${json(chainId)}; hostile.say('chainChanged', ${json(chainId)})`);
    },
    changeAccount: async (account) => {
      await run(`hostile.account = ${json(account)}; hostile.say('accountsChanged', [${json(account)}])`);
    },
    count: async (method) =>
      Number(await run(`return hostile.calls.filter((one) => one === ${json(method)}).length`)),
  };
}
