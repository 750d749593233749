// cmdk draws each element through a part that could also give its work to a child (`asChild`), which nothing here asks for: plain
// elements do.
export const Primitive = { div: "div", input: "input" };
