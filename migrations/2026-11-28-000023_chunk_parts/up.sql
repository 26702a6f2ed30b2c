-- The parts of chunks that can answer a question, with their vectors from the forward pass of their chunk: an answer chooses
-- among them without embedding them again. Chunks that were stored before have none; their sentences are embedded when asked.

CREATE TABLE chunk_parts (
    chunk_id      UUID NOT NULL CONSTRAINT chunk_parts_pkey PRIMARY KEY
        CONSTRAINT chunk_parts_chunk_id_fkey REFERENCES chunks ON DELETE CASCADE,
    collection_id UUID NOT NULL,
    model_id      INTEGER NOT NULL,
    parts         JSONB NOT NULL CONSTRAINT chunk_parts_parts_array CHECK (jsonb_typeof(parts) = 'array'),
    vectors       BYTEA NOT NULL
);
-- The vectors cannot be compressed.
ALTER TABLE chunk_parts ALTER COLUMN vectors SET STORAGE EXTERNAL;
COMMENT ON TABLE chunk_parts IS 'Parts of chunks: sentences, list items, table rows, settings, program text. Apart from chunks, because only answers read it.';
COMMENT ON COLUMN chunk_parts.chunk_id IS 'Chunk that they are parts of.';
COMMENT ON COLUMN chunk_parts.collection_id IS 'The chunk''s collection; row-level security goes by it.';
COMMENT ON COLUMN chunk_parts.model_id IS 'Model that made the vectors, in embedding_models.';
COMMENT ON COLUMN chunk_parts.parts IS 'One object for each part, in order: s and e (start and end in the chunk''s text, in Unicode scalar values), k (kind), p (page), l (the lead-in, question or column names that it completes).';
COMMENT ON COLUMN chunk_parts.vectors IS 'One vector for each part, a signed byte for each dimension, of which only the direction counts; zeros for a part outside the model''s window. Empty if the model gives no vectors of parts.';
SELECT protect_table('chunk_parts', 'collection', 'collection_id');
