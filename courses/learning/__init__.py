"""What a learner has shown beside graded runs: answers to quizzes, progress, and where to go on."""
