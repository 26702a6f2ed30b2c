ALTER TABLE document_versions DROP COLUMN ocr_pages;
