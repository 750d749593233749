// Where tables of time zones come from, and what is told of them, in every runtime.
import { config, context, equal, ok, thrown } from "./checks.mjs";

const leads = [{ id: "1", owner: "ann" }, { id: "2" }];

export const zoneChecks = {
  async "zones come from the package's own table"(evenhand) {
    const engine = await evenhand.createEngine();
    const workspace = engine.workspace({ ...config, timeZone: "Europe/Berlin", schedules: [{ id: "s", timeZone: "Asia/Kolkata", week: {} }] });
    const zones = workspace.zones();
    equal(Object.keys(zones).sort(), ["Asia/Kolkata", "Europe/Berlin"]);
    equal(zones["Asia/Kolkata"], [{ untilMs: null, offsetSeconds: 19_800 }]);
    const change = zones["Europe/Berlin"].find(({ untilMs }) => untilMs > Date.UTC(2026, 0));
    equal(change, { untilMs: Date.UTC(2026, 2, 29, 1), offsetSeconds: 3600 });
    const recife = engine.workspace({ ...config, timeZone: "America/Recife" }).zones()["America/Recife"];
    const short = recife.findIndex(({ untilMs }) => untilMs === Date.UTC(2000, 9, 15, 2));
    equal([recife[short], recife[short - 1]], [{ untilMs: Date.UTC(2000, 9, 15, 2), offsetSeconds: -7200 }, { untilMs: Date.UTC(2000, 9, 8, 3), offsetSeconds: -10_800 }]);
    ok(!("zones" in workspace.config) && !("zoneVersions" in workspace.config), "the configuration is as it was given");
    const pinned = { ...config, timeZone: "Europe/Berlin", zones: { ...zones, "Europe/Paris": [{ untilMs: null, offsetSeconds: 0 }] }, schedules: [{ id: "s", timeZone: "Asia/Kolkata", week: {} }] };
    equal(engine.workspace(pinned).digest, workspace.digest);
    equal(engine.workspace(pinned).config.zones, pinned.zones);
    const unknown = { ...config, timeZone: "Mars/Olympus", schedules: [{ id: "s", timeZone: "Moon/Sea", week: {} }] };
    const paths = (list) => list.filter(({ severity }) => severity === "error").map(({ path }) => path);
    equal(paths((await thrown(() => engine.workspace(unknown), evenhand)).diagnostics), ["/timeZone", "/schedules/0/timeZone"]);
    equal(paths(engine.check(unknown)), ["/timeZone", "/schedules/0/timeZone"]);
    engine.free();
  },

  async "zones of people are taken as those of schedules are"(evenhand) {
    const engine = await evenhand.createEngine();
    const person = (id, timeZone) => ({ id, ...(timeZone && { timeZone }) });
    const workspace = engine.workspace({ ...config, users: [...config.users, person("kai", "Asia/Tokyo"), person("lea", "Asia/Tokyo"), person("uma", "UTC")] });
    equal(Object.keys(workspace.zones()), ["Asia/Tokyo"]);
    ok(!("zones" in workspace.config), "the configuration is as it was given");
    const filter = workspace.filter({ rules: [{ field: "made", operator: "=", value: "2026-03-09" }] });
    const finds = (actor) => filter.matches({ made: "2026-03-08T15:00:00Z" }, { actor });
    equal(["ann", "kai", "uma", null].map(finds), [false, true, false, false]);
    workspace.update({ users: { put: [person("uma", "Europe/Berlin")] } });
    equal(Object.keys(workspace.zones()), ["Asia/Tokyo", "Europe/Berlin"]);
    ok(!("zones" in workspace.config), "what an update took is not in it either");
    const before = workspace.digest;
    workspace.update({ users: { put: [person("lea", "Asia/Tokyo")] } });
    equal(workspace.digest, before);
    const fault = (await thrown(() => workspace.update({ users: { put: [person("kai", "europe/berlin")] } }), evenhand)).diagnostics[0];
    equal([fault.code, fault.hint], ["unknown_zone", "did you mean `Europe/Berlin`?"]);
    engine.free();
  },

  async "zones that are named wrongly are told with the right name"(evenhand) {
    for (const zones of [undefined, "intl"]) {
      const engine = await evenhand.createEngine(zones === undefined ? {} : { zones });
      for (const [name, code, hint] of [
        ["BST", "zone_without_area", "write `Area/Location`, such as `America/New_York`, or `UTC`"],
        ["EST", "zone_without_area", "write `Area/Location`, such as `America/New_York`, or `UTC`"],
        ["GMT", "zone_without_area", "did you mean `Etc/GMT`?"],
        ["berlin", "zone_without_area", "did you mean `Europe/Berlin`?"],
        ["New York", "zone_without_area", "did you mean `America/New_York`?"],
        ["+05:30", "zone_without_area", "write `Area/Location`, such as `America/New_York`, or `UTC`"],
        ["europe/berlin", "unknown_zone", "did you mean `Europe/Berlin`?"],
        ["Europe/Atlantis", "unknown_zone", undefined],
        ["__proto__", "zone_without_area", "write `Area/Location`, such as `America/New_York`, or `UTC`"],
      ]) {
        for (const [wrong, path] of [[{ timeZone: name }, "/timeZone"], [{ schedules: [{ id: "s", timeZone: name, week: {} }] }, "/schedules/0/timeZone"]]) {
          const [fault, ...more] = engine.check({ ...config, ...wrong }).filter(({ severity }) => severity === "error");
          equal([fault.code, fault.path, fault.hint, more], [code, path, hint, []]);
          equal((await thrown(() => engine.workspace({ ...config, ...wrong }), evenhand)).diagnostics.find(({ severity }) => severity === "error"), fault);
        }
        const patch = { schedules: { put: [{ id: "s", timeZone: name, week: {} }] } };
        equal((await thrown(() => engine.workspace(config).update(patch), evenhand)).diagnostics.find(({ severity }) => severity === "error").hint, hint);
      }
      engine.free();
    }
  },

  async "zones come from where an engine is told to take them"(evenhand) {
    const named = { ...config, timeZone: "Europe/Berlin", schedules: [{ id: "s", timeZone: "Test/Own", week: {} }] };
    const asked = [];
    const zones = {
      version: "7",
      table(name) {
        asked.push(name);
        return name.startsWith("Test/") ? [{ untilMs: null, offsetSeconds: 60 }] : undefined;
      },
    };
    const own = await evenhand.createEngine({ zones });
    equal((await thrown(() => own.workspace(named), evenhand)).diagnostics.map(({ code, path }) => [code, path]), [["unknown_zone", "/timeZone"]]);
    const workspace = own.workspace({ ...named, timeZone: "UTC" });
    equal([workspace.zones(), asked], [{ "Test/Own": [{ untilMs: null, offsetSeconds: 60 }] }, ["Europe/Berlin", "Test/Own", "Test/Own"]]);
    workspace.update({ schedules: { put: [{ id: "t", timeZone: "Test/More", week: {} }] } });
    equal([Object.keys(workspace.zones()), "zones" in workspace.config, "zoneVersions" in workspace.config], [["Test/More", "Test/Own"], false, false]);
    const intl = await evenhand.createEngine({ zones: "intl" });
    const packed = await evenhand.createEngine();
    const digest = (engine) => engine.workspace({ ...config, timeZone: "Asia/Kolkata" }).digest;
    equal(digest(intl), digest(packed));
    for (const engine of [own, intl, packed]) engine.free();
    for (const wrong of ["utc", null, 5, {}, { table: 5 }]) {
      const fault = await thrown(() => evenhand.createEngine({ zones: wrong }), evenhand);
      equal([fault.code, fault.diagnostics[0].path], ["zones_invalid", "/zones"]);
    }
    const thrower = await evenhand.createEngine({ zones: { table: () => { throw new Error("no tables today"); } } });
    let said;
    try { thrower.workspace(named); } catch (error) { said = error.message; }
    equal(said, "no tables today");
    const odd = await evenhand.createEngine({ zones: { version: "not a version", table: () => [{ untilMs: 5, offsetSeconds: 0 }] } });
    const faults = (await thrown(() => odd.workspace(named), evenhand)).diagnostics;
    ok(faults.some(({ code, path }) => code === "zone_invalid" && path === "/zones/Europe~1Berlin"), JSON.stringify(faults));
    for (const engine of [thrower, odd]) engine.free();
  },

  async "a zone table that has grown old is told"(evenhand) {
    const zones = { version: "2020a", released: "2020-04-23", table: () => [{ untilMs: null, offsetSeconds: 60 }] };
    const engine = await evenhand.createEngine({ zones });
    const old = (more, now) => engine.check({ ...config, ...more }, { now }).filter(({ code }) => code === "zones_outdated");
    const shown = (more, now) => old(more, now).map(({ severity, path, data }) => [severity, path, data.zone, data.date]);
    const schedule = { id: "s", timeZone: "Test/East", week: {}, dates: { "2021-04-24": [], "2021-12-24": [], "2021-04-25": [] } };
    const named = { timeZone: "Test/West", schedules: [{ id: "u", week: {}, dates: { "2022-01-01": [] } }, schedule, { id: "v", timeZone: "UTC", week: {}, dates: { "2030-01-01": [] } }] };
    const dates = [["warning", "/schedules/0/dates/2022-01-01", "Test/West", "2022-01-01"], ["warning", "/schedules/1/dates/2021-12-24", "Test/East", "2021-12-24"]];
    equal(shown(named), dates);
    const uses = [["warning", "/timeZone", "Test/West", "2021-05-01"], ["warning", "/schedules/1/timeZone", "Test/East", "2021-05-01"]];
    for (const now of ["2021-05-01T00:00:00Z", Date.UTC(2021, 4, 1), new Date(Date.UTC(2021, 4, 1))]) equal(shown(named, now), [...uses, ...dates]);
    // Within a year of its release, in UTC, and with tables that the configuration itself brings there is nothing to tell.
    equal(shown({ timeZone: "Test/West", schedules: [{ ...schedule, dates: { "2021-04-24": [] } }] }, "2021-04-24T00:00:00Z"), []);
    equal(shown({ timeZone: "UTC", schedules: [{ id: "s", week: {}, dates: { "2030-01-01": [] } }] }, "2030-01-01T00:00:00Z"), []);
    const table = [{ untilMs: null, offsetSeconds: 0 }];
    equal(shown({ ...named, zones: { "Test/West": table, "Test/East": table } }, "2030-01-01T00:00:00Z"), []);
    equal(old(named)[0].message, "the table of the time zone `Test/West` was published on 2020-04-23, and 2022-01-01 is more than a year later");
    for (const now of ["yesterday", "2021-05-01T00:00:00", {}, NaN]) {
      const fault = await thrown(() => engine.check(config, { now }), evenhand);
      equal([fault.code, fault.diagnostics[0].path], ["instant_invalid", "/now"]);
    }
    for (const broken of [null, 5, { schedules: 5 }, { schedules: [null] }, { timeZone: "Test/West", schedules: [{ dates: 5 }] }]) {
      ok(Array.isArray(engine.check(broken, { now: 4e12 })), "what is no configuration is told");
    }
    engine.free();
  },

  async "a plan of other zone tables is refused by the names of the zones"(evenhand) {
    const source = (version, offsetSeconds) => ({ version, table: (name) => [{ untilMs: null, offsetSeconds: name === "Test/Moved" ? offsetSeconds : 3600 }] });
    const engines = await Promise.all([["2026f", 7200], ["2025c", 7200], ["2025c", 10_800]].map(([version, offset]) => evenhand.createEngine({ zones: source(version, offset) })));
    const [here, same, moved] = engines.map((engine) => engine.workspace({ ...config, timeZone: "Test/Moved", schedules: [{ id: "s", timeZone: "Test/Fixed", week: {} }] }));
    const table = here.load(leads);
    const plan = here.plan(table, { type: "assign", leads: { ids: ["1"] }, to: "bob" }, context);
    equal([Object.keys(engines[0].peek(plan.encode()).zones), plan.toJSON().zoneVersions], [["Test/Fixed", "Test/Moved"], { "Test/Fixed": "2026f", "Test/Moved": "2026f" }]);
    for (const posted of [plan.encode(), plan.toJSON()]) {
      const verdict = same.verify(same.load(leads), posted, context);
      equal([verdict.ok, verdict.plan?.digest], [true, plan.digest]);
      equal(verdict.plan.toJSON().zoneVersions, { "Test/Fixed": "2025c", "Test/Moved": "2025c" });
      const { problems } = moved.verify(moved.load(leads), posted, context);
      equal(problems.map(({ code, message, zones }) => ({ code, message, zones })), [{
        code: "config_changed",
        message: "the table of a time zone differs: `Test/Moved` (2026f in the plan, 2025c here)",
        zones: [{ name: "Test/Moved", plan: "2026f", here: "2025c" }],
      }]);
    }
    for (const engine of engines) engine.free();
  },
};
