/** Is shown each question to a node, with its answer. */
export type Watch = (url: string, body: unknown, answer: unknown) => Promise<void>;

/** Held globally: in one worker the module is loaded more than once. */
const holder = globalThis as { plugpactWatch?: Watch | undefined };

type Post = <T>(url: string, body: unknown) => Promise<T>;

/** Posts as `post` does, and shows question and answer to the watch that notes marks. */
export const watchedPost =
  (post: Post): Post =>
  async <T>(url: string, body: unknown): Promise<T> => {
    const answer = await post<T>(url, body);
    await holder.plugpactWatch?.(url, body, answer);
    return answer;
  };

export const watchPosts = (watch: Watch | undefined): void => {
  holder.plugpactWatch = watch;
};
