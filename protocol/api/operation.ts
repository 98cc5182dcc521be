import type { z } from 'zod';

/** An answer that is no problem. */
export interface Answer {
  description: string;
  /** Of its JSON, or of each event of a stream; left out where there is no body, or bytes. */
  schema?: z.ZodType;
  /** `application/json` by default. */
  contentType?: string;
  /** By media type: what is sent instead where `Accept` asks for it. */
  alternatives?: Readonly<Record<string, z.ZodType>>;
}

/**
 * A route of the API as data: the server binds it (`server/http/operate.ts`), the OpenAPI document and the typed client
 * are made from it, and the tests hold each answer against it.
 */
export interface Operation {
  /** A verb and a noun in camel case: `listChargers`. It names the client's function and never changes. */
  operationId: string;
  method: 'get' | 'post' | 'put' | 'delete';
  /** As OpenAPI writes it, below `/api/v1`: `/chargers/{listingId}`. */
  path: `/${string}`;
  /** The path is one of the server itself, as `/tiles` and `/healthz` are. */
  isOutsideOfApi?: true;
  tag: string;
  /** Half a line, without a full stop. */
  summary: string;
  description?: string;
  params?: z.ZodType<Record<string, unknown>>;
  query?: z.ZodType<Record<string, unknown>>;
  /** Of its JSON. */
  body?: z.ZodType;
  /** Where the body is bytes: their media type. The handler's middleware reads them. */
  bodyType?: string;
  /** An older name that programs out there still use. */
  isDeprecated?: true;
  /** By status: 2xx (one of them has the handler's answer) and 3xx. */
  answers: Readonly<Record<number, Answer>>;
  /** Codes of the problems (RFC 9457) that are its own; those of `COMMON_PROBLEMS` may come from any operation. */
  problems: readonly string[];
  /** What a request must carry: the cookie of the sign-in, or `Authorization: Plugpact-Watch`. */
  security?: 'session' | 'watch';
  /** Pages of other origins may not call it, though it needs no session. */
  isOwnOrigin?: true;
}

export const operation = <const O extends Operation>(one: O): O => one;

/** What a client sends, and what a handler gets, of a part of the request. */
export type InputOf<S> = S extends z.ZodType ? z.input<S> : undefined;
export type ParsedOf<S> = S extends z.ZodType ? z.output<S> : undefined;

/** What a handler answers with: the body of any answer that has a schema. */
export type AnswerOf<O extends Operation> = {
  [Status in keyof O['answers']]: O['answers'][Status] extends { schema: infer S extends z.ZodType }
    ? z.output<S>
    : never;
}[keyof O['answers']];

export const API_BASE = '/api/v1';

/** The path from the server's root. */
export const fullPath = ({ path, isOutsideOfApi }: Operation): string =>
  isOutsideOfApi ? path : `${API_BASE}${path}`;
