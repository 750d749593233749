import { initials } from "../app/format";

/** Initials, for the eye alone: the name stands beside them. */
export const Avatar = ({ name }: { name: string }) => <span className="avatar" aria-hidden="true" data-initials={initials(name)} />;
