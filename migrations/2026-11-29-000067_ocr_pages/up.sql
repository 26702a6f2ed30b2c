-- A version says which of its pages OCR has read, so that a doubtful text can be noticed.
ALTER TABLE document_versions
    ADD COLUMN ocr_pages JSONB CONSTRAINT document_versions_ocr_pages_is_array CHECK (jsonb_typeof(ocr_pages) = 'array');
COMMENT ON COLUMN document_versions.ocr_pages IS
    'Pages whose text comes from OCR: objects with page (null within an archive or a mail) and confidence (0 to 1). Null if OCR has read no page.';
