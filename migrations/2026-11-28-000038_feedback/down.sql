DROP TABLE answer_feedback;
