//! What a sweep looks at.

use evenhand::offer::due_key;
use evenhand::time::Instant;
use proptest::prelude::*;

proptest! {
    #[test]
    fn keys_sort_as_instants_do(a in any::<i64>(), b in any::<i64>()) {
        prop_assert_eq!(due_key(Instant(a)).cmp(&due_key(Instant(b))), a.cmp(&b));
        prop_assert_eq!(due_key(Instant(a)).len(), 16);
    }
}
