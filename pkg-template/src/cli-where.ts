// A filter in a line of text, as somebody types it in a terminal: `status = New and (amount >= 1000 or city begins with San)`.
//
//   any     := all { "or" all }
//   all     := one { "and" one }
//   one     := "not" one | "(" any ")" | test
//   test    := name ( compare value | "contains" value | "begins with" value | "ends with" value | "does not contain" value
//                   | "between" value "and" value | "in" list | "not" ("contains" | "between" | "in") … | "is" ["not"] "empty" )
//   compare := "=" | "!=" | "<>" | "<" | "<=" | ">" | ">="
//   list    := "(" value { "," value } ")"
//
// Names and values are words, with blanks between them as they stand, or a text in quotes ('…' or "…"; a quote that is written twice is one).
// What a value means is the field's type, as in any filter: docs/filters.md.
import type * as Contract from "../evenhand.js";
import { Usage } from "./cli-options.js";

type Token = { kind: "text" | "word" | "sign"; text: string; start: number; end: number };

const OPERATORS = ["=", "!=", "<>", "<", "<=", ">", ">="];
/** Words that no name and no value can have in it without quotes. */
const RESERVED = /^(and|or|not|in|is|between|contains|begins|ends|does)$/i;
const CONTENT = { contains: "contains", begins: "beginsWith", ends: "endsWith" } as const;
const NEGATED = { contains: "doesNotContain", begins: "doesNotBeginWith", ends: "doesNotEndWith" } as const;

function tokens(source: string): Token[] {
  const out: Token[] = [];
  const pattern = /\s+|'((?:[^']|'')*)'|"((?:[^"]|"")*)"|(<=|>=|<>|!=|[=<>(),])|([^\s=<>!(),'"][^\s=<>!(),]*)/gy;
  for (let at = 0; at < source.length; ) {
    pattern.lastIndex = at;
    const found = pattern.exec(source);
    if (found === null) throw wrong(source, at, /['"]/.test(source[at] ?? "") ? "this quote has no end" : `\`${source[at]}\` is not expected here`);
    const [all, single, double, sign, word] = found;
    const token = (kind: Token["kind"], text: string) => out.push({ kind, text, start: at, end: at + all.length });
    if (single !== undefined) token("text", single.replaceAll("''", "'"));
    else if (double !== undefined) token("text", double.replaceAll('""', '"'));
    else if (sign !== undefined) token("sign", sign);
    else if (word !== undefined) token("word", word);
    at += all.length;
  }
  return out;
}

/** A fault in the text, with a mark below its place. */
function wrong(source: string, at: number, message: string): Usage {
  return new Usage(`--where: ${message}\n  ${source}\n  ${" ".repeat(at)}^`);
}

/** Reads a filter; `field` gives the field that a name stands for, or throws what it does not. */
export function readWhere(source: string, field: (name: string) => string): Contract.RuleGroup {
  const all = tokens(source);
  let at = 0;
  const fail = (message: string, token: Token | undefined = all[at]) => wrong(source, token?.start ?? source.length, message);
  const word = (text: string) => all[at]?.kind === "word" && all[at]?.text.toLowerCase() === text;
  const sign = (text: string) => all[at]?.kind === "sign" && all[at]?.text === text;
  const take = (here: boolean) => (here ? ((at += 1), true) : false);
  const found = () => (all[at] === undefined ? "the end" : `\`${all[at]?.text}\``);
  const need = (here: boolean, what: string) => {
    if (!take(here)) throw fail(`${what} is expected here, not ${found()}`);
  };
  /** Words as they stand in the source, or a text in quotes. */
  const words = (what: string, first: boolean): string => {
    const [token] = [all[at]];
    if (token?.kind === "text") {
      at += 1;
      return token.text;
    }
    const from = at;
    while (all[at]?.kind === "word" && ((first && at === from) || !RESERVED.test(all[at]?.text ?? ""))) at += 1;
    const [head, last] = [all[from], all[at - 1]];
    if (at === from || head === undefined || last === undefined) throw fail(`${what} is expected here, not ${found()}`);
    if (all[at]?.kind === "text") throw fail("put all of it in quotes, or none");
    return source.slice(head.start, last.end);
  };
  const value = () => words("a value", false);
  const list = (): string[] => {
    need(sign("("), "`(` and a list of values");
    const values = [value()];
    while (take(sign(","))) values.push(value());
    need(sign(")"), "`,` or `)`");
    return values;
  };
  const test = (): Contract.RuleGroup | Contract.FilterRule => {
    const token = all[at];
    const name = words("a column", true);
    let known: string;
    try {
      known = field(name);
    } catch (error) {
      throw error instanceof Usage ? fail(error.message, token) : error;
    }
    const rule = (operator: Contract.Operator, value?: unknown): Contract.FilterRule => ({ field: known, operator, ...(value !== undefined && { value }) });
    const compare = OPERATORS.find(sign);
    if (compare !== undefined) {
      at += 1;
      return rule(compare === "<>" ? "!=" : (compare as Contract.Operator), value());
    }
    if (take(word("is"))) {
      const not = take(word("not"));
      need(word("empty"), "`empty` or `not empty`");
      return rule(not ? "notEmpty" : "empty");
    }
    let not = take(word("not"));
    if (!not && take(word("does"))) {
      need(word("not"), "`not`");
      not = true;
    }
    if (take(word("in"))) return rule(not ? "notIn" : "in", list());
    if (take(word("between"))) {
      const low = value();
      need(word("and"), "`and`");
      return rule(not ? "notBetween" : "between", [low, value()]);
    }
    for (const [key, [plain, base]] of Object.entries({ contains: ["contains", "contain"], begins: ["begins", "begin"], ends: ["ends", "end"] })) {
      if (!take(word(plain as string) || (not && word(base as string)))) continue;
      if (key !== "contains") need(word("with"), "`with`");
      return rule((not ? NEGATED : CONTENT)[key as keyof typeof CONTENT], value());
    }
    throw fail(`a comparison is expected here (= != < <= > >= contains, begins with, ends with, between, in, is empty), not ${found()}`);
  };
  const one = (): Contract.RuleGroup | Contract.FilterRule => {
    if (take(word("not"))) return { combinator: "and", not: true, rules: [one()] };
    if (!take(sign("("))) return test();
    const inner = any();
    need(sign(")"), "`)`");
    return inner;
  };
  const several = (combinator: "and" | "or", part: () => Contract.RuleGroup | Contract.FilterRule): Contract.RuleGroup => {
    const rules = [part()];
    while (take(word(combinator))) rules.push(part());
    return { combinator, rules };
  };
  const any = (): Contract.RuleGroup => several("or", () => several("and", one));
  if (all.length === 0) throw new Usage("--where: there is no condition");
  const query = any();
  if (at < all.length) throw fail(`\`and\` or \`or\` is expected here, not ${found()}`);
  return query;
}
