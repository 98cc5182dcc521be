import type { Hex } from 'viem';
import { PlugpactError } from '../../../protocol/errors.ts';
import { api } from '../app/api.ts';

const POLL_MS = 500;
const GIVE_UP_MS = 180_000;

/**
 * Hands a call to the relayer and follows it until it is mined: its transaction may be replaced by one that offers more.
 *
 * @throws PlugpactError with the code of the relay's problem; `relay.reverted`, `relay.slow`.
 */
export async function relayed(to: Hex, data: Hex, onSent: (hash: Hex) => void = () => {}): Promise<Hex> {
  const giveUpAt = Date.now() + GIVE_UP_MS;
  let call = await api('relayCall', { body: { to, data } });
  while (Date.now() < giveUpAt) {
    const { id: callId, status, transactionHash: hash, error } = call;
    if (hash !== null) onSent(hash);
    if (status === 'DONE' && hash !== null) return hash;
    if (status === 'REVERTED' || status === 'REFUSED') throw reverted(error?.name ?? callId);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    call = await api('readRelayedCall', { params: { callId } }).catch(() => call);
  }
  throw slow(call.id);
}

const reverted = (value: string): PlugpactError =>
  new PlugpactError({
    code: 'relay.reverted',
    value,
    rule: 'The ledger refused the call when its turn came: nothing of it happened.',
    remedy: 'Someone else may have been faster. Check the present state and try again.',
  });

const slow = (value: string): PlugpactError =>
  new PlugpactError({
    code: 'relay.slow',
    value,
    rule: 'The relayer keeps the call, and the ledger has not taken it yet.',
    remedy: 'Nothing to do: it is sent as soon as the ledger takes it. Look again in some minutes.',
  });
