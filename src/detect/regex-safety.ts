import { type ByteSet, type Node, parseRegex, RegexProblem } from './regex-syntax.ts';

export { RegexProblem } from './regex-syntax.ts';

/** Repetitions up to this many are written out; more count as endless, so `{0,1000}` is as suspect as `*`. */
const WRITTEN_OUT = 32;
const MOST_POSITIONS = 400;
const LARGEST_REPEAT = 16_384;

/**
 * Refuses, with a RegexProblem, a regular expression that some text makes take time out of proportion to its
 * length. Works on the automaton of the expression: exponential time needs a loop that can read one text in two
 * ways; polynomial time needs two loops, one behind the other, that can share one. Errs on the side of refusing.
 */
export function checkRegex(source: string, ignoreCase = false): void {
  const tree = parseRegex(source);
  for (const part of withLooks(tree)) {
    // Thirty repetitions that can be read in two ways are as bad as endless ones; thirty that share a text cost a thousand steps.
    refuseAmbiguousLoops(build(part, ignoreCase, 1));
    refuseSharedLoops(build(part, ignoreCase, WRITTEN_OUT));
  }
  refuseLeadingLoop(tree);
}

/** The expression and the bodies of its assertions, each of which is matched on its own. */
function withLooks(node: Node): Node[] {
  const looks = collectLooks(node);
  for (const look of looks) {
    if (look.behind && longest(look.body) === Number.POSITIVE_INFINITY) {
      throw new RegexProblem('a look-behind must have a greatest length', look.at);
    }
  }
  return [node, ...looks.map((look) => look.body)];
}

type Look = Extract<Node, { type: 'look' }>;

function collectLooks(node: Node): Look[] {
  switch (node.type) {
    case 'bytes':
      return [];
    case 'look':
      return [node, ...collectLooks(node.body)];
    case 'repeat':
      return collectLooks(node.body);
    case 'sequence':
      return node.items.flatMap(collectLooks);
    case 'choice':
      return node.options.flatMap(collectLooks);
  }
}

function longest(node: Node): number {
  switch (node.type) {
    case 'bytes':
      return 1;
    case 'look':
      return 0;
    case 'repeat': {
      const body = longest(node.body);
      return body === 0 ? 0 : body * node.max;
    }
    case 'sequence':
      return node.items.reduce((sum, item) => sum + longest(item), 0);
    case 'choice':
      return Math.max(...node.options.map(longest));
  }
}

/** Position automaton: a state for each byte set of the expression, a step to each that may follow. */
interface Automaton {
  sets: ByteSet[];
  /** Where in the source a state comes from. */
  at: number[];
  follow: Set<number>[];
  /** States whose step to one and the same state there are two ways to: `(a+)+` repeats its `a` by either `+`. */
  doubled: Set<number>;
}

interface Fragment {
  first: number[];
  last: number[];
  isEmpty: boolean;
}

/** Repetitions up to `writtenOut` times are copies one behind the other, the rest are loops. */
function build(root: Node, ignoreCase: boolean, writtenOut: number): Automaton {
  const automaton: Automaton = { sets: [], at: [], follow: [], doubled: new Set() };
  visit(root);
  return automaton;

  function visit(node: Node): Fragment {
    switch (node.type) {
      case 'bytes':
        return state(node.set, node.at);
      case 'look':
        return { first: [], last: [], isEmpty: true };
      case 'sequence':
        return chain(node.items.map(visit));
      case 'choice': {
        const options = node.options.map(visit);
        return {
          first: options.flatMap((option) => option.first),
          last: options.flatMap((option) => option.last),
          isEmpty: options.some((option) => option.isEmpty),
        };
      }
      case 'repeat':
        return repeat(node);
    }
  }

  function state(set: ByteSet, at: number): Fragment {
    if (automaton.sets.length >= MOST_POSITIONS) throw new RegexProblem('too large to be checked', at);
    const index = automaton.sets.push(ignoreCase ? bothCases(set) : set) - 1;
    automaton.at.push(at);
    automaton.follow.push(new Set());
    return { first: [index], last: [index], isEmpty: false };
  }

  function repeat({ body, min, max, at }: Extract<Node, { type: 'repeat' }>): Fragment {
    if (max !== Number.POSITIVE_INFINITY && max > LARGEST_REPEAT)
      throw new RegexProblem(`repeats more than ${LARGEST_REPEAT} times`, at);
    if (max > 1 && canBeEmpty(body)) throw new RegexProblem('repeats something that may be empty', at);
    // Exactly n of one byte set are read in one way only, however many: two stand for all.
    const isFixed = min === max && body.type === 'bytes';
    const copies = isFixed ? Math.min(min, 2) : min;
    if (!isFixed && (max === Number.POSITIVE_INFINITY || max > writtenOut)) {
      const loop = visit(body);
      connect(loop.last, loop.first);
      return { ...loop, isEmpty: loop.isEmpty || min === 0 };
    }
    const written: Fragment[] = [];
    for (let i = 0; i < copies; i++) written.push(visit(body));
    for (let i = copies; !isFixed && i < max; i++) written.push({ ...visit(body), isEmpty: true });
    return chain(written);
  }

  function chain(fragments: readonly Fragment[]): Fragment {
    let whole: Fragment = { first: [], last: [], isEmpty: true };
    for (const next of fragments) {
      connect(whole.last, next.first);
      whole = {
        first: whole.isEmpty ? [...whole.first, ...next.first] : whole.first,
        last: next.isEmpty ? [...whole.last, ...next.last] : next.last,
        isEmpty: whole.isEmpty && next.isEmpty,
      };
    }
    return whole;
  }

  function connect(from: readonly number[], to: readonly number[]): void {
    for (const state of from) {
      for (const next of to) {
        if (automaton.follow[state]!.has(next)) automaton.doubled.add(state);
        automaton.follow[state]!.add(next);
      }
    }
  }
}

function bothCases(set: ByteSet): ByteSet {
  const upper = (set >> 65n) & 0x3ffffffn;
  const lower = (set >> 97n) & 0x3ffffffn;
  return set | ((upper | lower) << 65n) | ((upper | lower) << 97n);
}

/**
 * A loop is ambiguous when two walks from one of its states back to it read the same bytes by different states:
 * `(a+)+`, `(a|a)*`, `(a|ab|b)*`. Found as a path (q, q) -> (p, r) -> (q, q) with p and r apart.
 */
function refuseAmbiguousLoops({ sets, at, follow, doubled }: Automaton): void {
  const component = components(follow);
  const refuse = (state: number) => {
    throw new RegexProblem(
      'this repetition can read the same text in more than one way: exponential time',
      at[state]!,
    );
  };
  for (const state of doubled) refuse(state);
  for (const [start] of sets.entries()) {
    if (!follow[start]!.size) continue;
    const seen = new Set<number>();
    const queue: [number, number, boolean][] = [[start, start, false]];
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      const [a, b, apart] = next;
      for (const to of follow[a]!) {
        if (component[to] !== component[start]) continue;
        for (const other of follow[b]!) {
          if (component[other] !== component[start] || (sets[to]! & sets[other]!) === 0n) continue;
          const isApart = apart || to !== other;
          if (isApart && to === start && other === start) refuse(start);
          const key = (to * sets.length + other) * 2 + (isApart ? 1 : 0);
          if (!seen.has(key)) {
            seen.add(key);
            queue.push([to, other, isApart]);
          }
        }
      }
    }
  }
}

/**
 * Two loops share a text when what both can read leads from one to the other: `\s*\s*`, `a+.*b`. The text is then
 * split between them in as many ways as it is long.
 */
function refuseSharedLoops({ sets, at, follow }: Automaton): void {
  const component = components(follow);
  const loops = new Map<number, ByteSet>();
  for (const [state, next] of follow.entries()) {
    const isLoop = [...next].some((to) => component[to] === component[state]);
    if (isLoop) loops.set(component[state]!, (loops.get(component[state]!) ?? 0n) | sets[state]!);
  }
  for (const [from, fromSet] of loops) {
    for (const [to, toSet] of loops) {
      const shared = fromSet & toSet;
      if (from === to || shared === 0n) continue;
      const state = reached(from, to, shared);
      if (state !== undefined)
        throw new RegexProblem(
          'this repetition can share its text with one before it: polynomial time',
          at[state]!,
        );
    }
  }

  /** The first state of component `to` on a path from `from` whose every step can read one of `shared`. */
  function reached(from: number, to: number, shared: ByteSet): number | undefined {
    const queue = [...follow.keys()].filter((state) => component[state] === from);
    const seen = new Set(queue);
    for (const state of queue) {
      for (const next of follow[state]!) {
        if (seen.has(next) || (sets[next]! & shared) === 0n) continue;
        if (component[next] === to) return next;
        seen.add(next);
        queue.push(next);
      }
    }
    return undefined;
  }
}

/** A search tries every start: an endless repetition at the very front makes each try read on to the end. */
function refuseLeadingLoop(node: Node): void {
  if (node.type === 'repeat') {
    if (node.max === Number.POSITIVE_INFINITY) {
      throw new RegexProblem(
        'an endless repetition at the start makes every search quadratic: give it a greatest count',
        node.at,
      );
    }
    refuseLeadingLoop(node.body);
  } else if (node.type === 'choice') {
    for (const option of node.options) refuseLeadingLoop(option);
  } else if (node.type === 'sequence') {
    for (const item of node.items) {
      refuseLeadingLoop(item);
      if (!canBeEmpty(item)) return;
    }
  }
}

function canBeEmpty(node: Node): boolean {
  switch (node.type) {
    case 'bytes':
      return false;
    case 'look':
      return true;
    case 'repeat':
      return node.min === 0 || canBeEmpty(node.body);
    case 'sequence':
      return node.items.every(canBeEmpty);
    case 'choice':
      return node.options.some(canBeEmpty);
  }
}

/** Number of the strongly connected component of each state (Tarjan's algorithm). */
function components(follow: readonly ReadonlySet<number>[]): number[] {
  const component: number[] = new Array(follow.length).fill(-1);
  const order: number[] = new Array(follow.length).fill(-1);
  const low: number[] = [];
  const stack: number[] = [];
  let count = 0;
  let found = 0;
  const visit = (state: number) => {
    order[state] = low[state] = count++;
    stack.push(state);
    for (const next of follow[state]!) {
      if (order[next] === -1) visit(next);
      if (component[next] === -1) low[state] = Math.min(low[state]!, low[next]!);
    }
    if (low[state] !== order[state]) return;
    for (let member = -1; member !== state; ) {
      member = stack.pop()!;
      component[member] = found;
    }
    found++;
  };
  for (const state of follow.keys()) if (order[state] === -1) visit(state);
  return component;
}
