// Finds the npm that started this process. Plain JavaScript and Node's modules alone, as bootstrap.mjs is.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Parent of a process and the name of its program, as far as the system shows them. */
function describe(pid) {
  try {
    if (process.platform === 'linux') {
      // proc(5): the name is in brackets, the parent is the second field after them.
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const end = stat.lastIndexOf(')');
      return {
        name: stat.slice(stat.indexOf('(') + 1, end),
        parent: Number(stat.slice(end + 2).split(' ')[1]),
      };
    }
    const [parent, name] = execFileSync('ps', ['-o', 'ppid=,comm=', '-p', String(pid)], { encoding: 'utf8' })
      .trim()
      .split(/\s+/);
    return { name: name.split('/').at(-1), parent: Number(parent) };
  } catch {
    return undefined;
  }
}

/** The processes from this one up to npm: npm runs a script through a shell that does not end with npm. */
export function npmChain() {
  if (process.env.npm_lifecycle_event === undefined || process.platform === 'win32') return [];
  const parent = describe(process.ppid);
  const isShell = parent !== undefined && /^-?(ba|da|z|k|a)?sh$/.test(parent.name);
  return isShell ? [process.ppid, parent.parent] : [process.ppid];
}

/** Ends the command when npm, which started this, has ended: a killed npm sends no signal. */
export function endWithNpm(child, [parent, npm]) {
  if (parent === undefined) return;
  const timer = setInterval(() => {
    const isOrphan = process.ppid !== parent || (npm !== undefined && describe(parent)?.parent !== npm);
    if (!isOrphan) return;
    clearInterval(timer);
    child.kill('SIGTERM');
  }, 1000);
  timer.unref();
}
