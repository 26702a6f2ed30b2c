-- The recall of searches by a model's index is measured, and their breadth can follow it (ADR 37).

ALTER TABLE embedding_models
    ADD COLUMN search_breadth INTEGER CONSTRAINT embedding_models_search_breadth_range CHECK (search_breadth BETWEEN 1 AND 32768);
COMMENT ON COLUMN embedding_models.search_breadth IS
    'Breadth of searches by the index: hnsw.ef_search or ivfflat.probes. Null: that of the settings of each process.';

CREATE TABLE recall_measurements (
    id                INTEGER          NOT NULL GENERATED ALWAYS AS IDENTITY CONSTRAINT recall_measurements_pkey PRIMARY KEY,
    model_id          INTEGER          NOT NULL CONSTRAINT recall_measurements_model_id_fkey REFERENCES embedding_models ON DELETE CASCADE,
    index_oid         BIGINT           NOT NULL,
    breadth           INTEGER          NOT NULL CONSTRAINT recall_measurements_breadth_range CHECK (breadth BETWEEN 1 AND 32768),
    recall            DOUBLE PRECISION NOT NULL CONSTRAINT recall_measurements_recall_range CHECK (recall BETWEEN 0 AND 1),
    target            DOUBLE PRECISION NOT NULL CONSTRAINT recall_measurements_target_range CHECK (target BETWEEN 0 AND 1),
    proposed_breadth  INTEGER          CONSTRAINT recall_measurements_proposed_breadth_range CHECK (proposed_breadth BETWEEN 1 AND 32768),
    proposed_recall   DOUBLE PRECISION CONSTRAINT recall_measurements_proposed_recall_range CHECK (proposed_recall BETWEEN 0 AND 1),
    samples           INTEGER          NOT NULL CONSTRAINT recall_measurements_samples_positive CHECK (samples > 0),
    neighbours        INTEGER          NOT NULL CONSTRAINT recall_measurements_neighbours_positive CHECK (neighbours > 0),
    measured_at       TIMESTAMPTZ      NOT NULL DEFAULT now(),
    replaced_breadth  INTEGER,
    applied_at        TIMESTAMPTZ,
    undone_at         TIMESTAMPTZ,
    CONSTRAINT recall_measurements_proposal_is_whole CHECK ((proposed_breadth IS NULL) = (proposed_recall IS NULL)),
    CONSTRAINT recall_measurements_applied_has_proposal CHECK (applied_at IS NULL OR proposed_breadth IS NOT NULL),
    CONSTRAINT recall_measurements_undone_was_applied CHECK (undone_at IS NULL OR applied_at IS NOT NULL)
);
CREATE INDEX recall_measurements_model_id_idx ON recall_measurements (model_id, id);
COMMENT ON TABLE recall_measurements IS 'Measurements of the recall of searches by a model''s index, and the breadths that they led to.';
COMMENT ON COLUMN recall_measurements.id IS 'Rises with time.';
COMMENT ON COLUMN recall_measurements.model_id IS 'Model.';
COMMENT ON COLUMN recall_measurements.index_oid IS 'Index that was measured (pg_class.oid). A measurement says nothing about an index that was built later.';
COMMENT ON COLUMN recall_measurements.breadth IS 'Breadth of searches at that time: hnsw.ef_search or ivfflat.probes.';
COMMENT ON COLUMN recall_measurements.recall IS 'Part of the nearest passages that were found with it, 0 to 1.';
COMMENT ON COLUMN recall_measurements.target IS 'Recall that the settings asked for (search.recall_target).';
COMMENT ON COLUMN recall_measurements.proposed_breadth IS 'Smallest breadth that reaches the target; null if none of those tried does.';
COMMENT ON COLUMN recall_measurements.proposed_recall IS 'Recall with the proposed breadth.';
COMMENT ON COLUMN recall_measurements.samples IS 'Stored vectors that were searched for.';
COMMENT ON COLUMN recall_measurements.neighbours IS 'Nearest passages that each search was to find.';
COMMENT ON COLUMN recall_measurements.measured_at IS 'When it was measured.';
COMMENT ON COLUMN recall_measurements.replaced_breadth IS 'Value of embedding_models.search_breadth before the proposal was applied; null: the breadth of the settings.';
COMMENT ON COLUMN recall_measurements.applied_at IS 'When the proposal was applied; null: it was not.';
COMMENT ON COLUMN recall_measurements.undone_at IS 'When that was undone; null: it was not.';
SELECT protect_table('recall_measurements', 'nobody');
