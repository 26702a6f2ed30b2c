//! Groups token sequences into batches of similar length; never sees a text or a vector.

/// Maximum number of tokens, padding included, in one run of the network: about 0.15 s of one thread without AVX-512.
///
/// 256 to 1024 are equally fast; 4096 takes 40 % longer for each text, because the activations leave the processor's cache.
const BATCH_TOKENS: usize = 512;

/// Batches of indexes of sequences of these lengths, longest first: sorted by length so that little is padded, and limited by
/// tokens so that every run takes about the same time.
pub(crate) fn plan(lengths: impl Iterator<Item = usize>) -> Vec<Vec<usize>> {
    let mut order: Vec<(usize, usize)> = lengths.enumerate().collect();
    order.sort_by_key(|&(_, length)| std::cmp::Reverse(length));
    let mut batches: Vec<Vec<usize>> = Vec::new();
    let mut room = 0;
    for (index, length) in order {
        match batches.last_mut() {
            Some(batch) if room > 0 => {
                batch.push(index);
                room -= 1;
            }
            _ => {
                batches.push(vec![index]);
                room = (BATCH_TOKENS / length.max(1)).saturating_sub(1);
            }
        }
    }
    batches
}

/// Concatenates the rows, each padded to `length`.
pub(crate) fn padded<'r>(rows: impl Iterator<Item = &'r [i32]>, length: usize, filling: i32) -> Vec<i32> {
    rows.flat_map(|row| {
        row.iter().copied().chain(std::iter::repeat_n(filling, length.saturating_sub(row.len())))
    })
    .collect()
}

/// The attention mask of rows of these lengths: 1 for tokens, 0 for padding.
pub(crate) fn mask<T: From<bool>>(lengths: impl Iterator<Item = usize>, length: usize) -> Vec<T> {
    lengths.flat_map(|own| (0..length).map(move |place| T::from(place < own))).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn rows_are_filled_up_and_the_mask_tells_where() {
        let rows: [&[i32]; 3] = [&[5, 6, 7], &[8], &[]];
        assert_eq!(padded(rows.into_iter(), 3, 1), [5, 6, 7, 8, 1, 1, 1, 1, 1]);
        assert_eq!(mask::<i32>(rows.iter().map(|row| row.len()), 3), [1, 1, 1, 1, 0, 0, 0, 0, 0]);
    }

    proptest! {
        #[test]
        fn every_sequence_is_in_one_batch_and_no_batch_is_over_budget(lengths in prop::collection::vec(0usize..300, 0..200)) {
            let batches = plan(lengths.iter().copied());
            let mut seen: Vec<usize> = batches.iter().flatten().copied().collect();
            seen.sort_unstable();
            prop_assert_eq!(seen, (0..lengths.len()).collect::<Vec<_>>());
            for batch in batches {
                let longest = batch.iter().map(|&i| lengths[i]).max().unwrap_or(0);
                prop_assert!(batch.len() == 1 || longest * batch.len() <= BATCH_TOKENS);
            }
        }
    }
}
