/**
 * Five configurations to start from: complete, checked, and the ones that the Lead Desk shows. `docs/presets.md` says what each is about.
 *
 * They are plain data: a host copies one, puts its own people, units and fields in, and keeps what it likes.
 */
import type { WorkspaceConfig } from "./evenhand.js";

/** A lender's CRM: one lead, several roles on it, and a primary agent that is a pointer of its own. */
export const lender: WorkspaceConfig;
/** A list builder: saved and shared lists, mass edit, access for other companies. */
export const lists: WorkspaceConfig;
/** A partner portal: routing rules, reassignment by hand only while it is allowed, a copy across companies. */
export const partners: WorkspaceConfig;
/** A call floor: leads in named pools, claimed, given back, reclaimed and evened out. */
export const pools: WorkspaceConfig;
/** A real-estate company: reassignment groups that offer leads, one after the other or to all at once. */
export const realty: WorkspaceConfig;
