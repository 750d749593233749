// What can go wrong with a call at one place: a key that is missing, misspelt, or there without a value, and a text that is misspelt.

/** Values of filters, of leads and of rows are what is asked about, and those of the state are the engine's own: they are left. */
const left = (path) => /^\/context\/state\/.*\/value$/.test(path);
const asked = (path) => /\/lead\/|^\/rows\/|\/value(\/|$)/.test(path);

/** Every way in which one thing of it is spoilt: `{ path, how, with }`, where `how` is `gone`, `misspelt`, `undefined` or `another`. */
export function* spoilt(value, path = "", put = (changed) => changed) {
  if (Array.isArray(value)) {
    for (const [at, item] of value.entries()) {
      const here = `${path}/${at}`;
      const place = (changed) => put(value.with?.(at, changed) ?? value.map((old, nth) => (nth === at ? changed : old)));
      if (typeof item === "string" && !asked(here)) yield { path: here, how: "another", with: place(`${item}x`) };
      yield* spoilt(item, here, place);
    }
  } else if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    for (const [key, item] of Object.entries(value)) {
      const here = `${path}/${key}`;
      if (left(here)) continue;
      const without = Object.fromEntries(Object.entries(value).filter(([known]) => known !== key));
      yield { path: here, how: "gone", with: put(without) };
      yield { path: here, how: "misspelt", with: put({ ...without, [`${key}x`]: item }) };
      yield { path: here, how: "undefined", with: put({ ...value, [key]: undefined }) };
      if (typeof item === "string" && !asked(here)) yield { path: here, how: "another", with: put({ ...value, [key]: `${item}x` }) };
      yield* spoilt(item, here, (changed) => put({ ...value, [key]: changed }));
    }
  }
}

/** Whether the documents say that absence means more here. Where a host wrote the key, and it has no value, that still has to close. */
export function means(call, path, how) {
  if (path in (call.open ?? {})) return true;
  if (!(path in (call.optional ?? {})) || how === "misspelt") return false;
  return how !== "undefined" || /\/(not|combinator|keep|sort|even|order|weight|together|descending|nulls|allOrNothing|id)$/.test(path);
}
