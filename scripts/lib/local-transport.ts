import { type CustomTransport, custom, RpcRequestError } from 'viem';
import { askRpc } from './json-rpc.ts';

/** A local node for viem's clients, with the errors that viem's own transport gives. */
export const localTransport = (url: string): CustomTransport =>
  custom({
    request: async ({ method, params }: { method: string; params?: unknown }) => {
      const { result, error } = await askRpc(url, method, params);
      if (error !== undefined) throw new RpcRequestError({ body: { method, params }, error, url });
      return result;
    },
  });
