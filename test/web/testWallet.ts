import type { BrowserContext } from 'playwright-core';
import { hexToString, type LocalAccount, type TypedDataDefinition } from 'viem';

export const TEST_WALLET = 'Test wallet';

/** What the wallet was asked to sign, by the method of EIP-1193. */
export type Asked = string[];

/**
 * A wallet of this browser that announces itself (EIP-6963), signs whatever it is asked, and has no ether. Its key is the test's: it
 * outlives the browser's storage.
 */
export async function giveWallet(
  context: BrowserContext,
  account: LocalAccount,
  chainId: number,
): Promise<Asked> {
  const asked: Asked = [];
  const answers: Record<string, (params: unknown[]) => unknown> = {
    eth_requestAccounts: () => [account.address],
    eth_accounts: () => [account.address],
    eth_chainId: () => `0x${chainId.toString(16)}`,
    personal_sign: ([message]) => account.signMessage({ message: hexToString(message as `0x${string}`) }),
    eth_signTypedData_v4: ([, data]) =>
      account.signTypedData(JSON.parse(data as string) as TypedDataDefinition),
  };
  await context.exposeFunction('askTestWallet', async (method: string, params: unknown[] = []) => {
    const answer = answers[method];
    if (answer === undefined) return { refused: method };
    if (/sign/i.test(method)) asked.push(method);
    return { answer: await answer(params) };
  });
  await context.addInitScript(`
    const provider = {
      async request({ method, params }) {
        const { answer, refused } = await window.askTestWallet(method, params);
        if (refused !== undefined) throw Object.assign(new Error('not supported: ' + refused), { code: 4200 });
        return answer;
      },
      on() {},
      removeListener() {},
    };
    const info = { uuid: 'c0ffee00-0000-4000-8000-000000000000', name: ${JSON.stringify(TEST_WALLET)}, icon: 'data:image/svg+xml,<svg/>', rdns: 'example.test' };
    const announce = () => window.dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail: Object.freeze({ info, provider }) }));
    window.addEventListener('eip6963:requestProvider', announce);
    announce();
  `);
  return asked;
}
