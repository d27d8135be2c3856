"""nbgrader, as this course uses it. Run `nbgrader` from this folder. What each line is for: docs/instructors.md."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
# nbgrader calls `alembic`, which lies beside this Python, also when the environment has not been activated.
os.environ["PATH"] = os.path.dirname(sys.executable) + os.pathsep + os.environ.get("PATH", "")

from autograder import lesson
from autograder.classroom import term

c = get_config()  # type: ignore[name-defined]  # noqa: F821

c.CourseDirectory.course_id = lesson.current().name

# Notebooks are validated once, after all steps, not after each.
c.Exporter.optimistic_validation = True

# Release: what learners write is replaced by this; a wheel for `check` is put beside the notebooks.
c.ClearSolutions.code_stub = {"python": "# YOUR CODE HERE\nraise NotImplementedError()"}
c.GenerateAssignment.exporter_class = "autograder.classroom.release.Source"
c.GenerateAssignment.post_convert_hook = "autograder.notebooks.wheel.after_release"

# Grading: submissions run in a sandbox, and only observations come out of it. Nothing of theirs runs in a kernel.
c.Autograde.exporter_class = "autograder.classroom.fast.ReadAnything"
c.Autograde.pre_convert_hook = "autograder.classroom.plugin.before"
c.Autograde.post_convert_hook = "autograder.classroom.plugin.keep_exchange"
c.Autograde.sanitize_preprocessors = [
    "autograder.classroom.mend.Mend",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.DeduplicateIds",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.OverwriteCells",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.Autograde.autograde_preprocessors = [
    "autograder.classroom.plugin.Grade",
    "nbgrader.preprocessors.IgnorePattern",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "autograder.classroom.plugin.Lateness",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.OverwriteCells.add_missing_cells = True
# What a submission shows can be read by those who grade, and runs nothing in their browsers.
c.HTMLExporter.sanitize_html = True

# Grades: no number where nothing was graded.
c.ExportApp.plugin_class = "autograder.classroom.export.GradesCsv"

# Feedback: without what is for graders alone, and with the questions' names in its contents.
c.GenerateFeedback.exporter_class = "autograder.classroom.feedback.Page"
c.GenerateFeedback.pre_convert_hook = "autograder.classroom.plugin.nothing_else"
c.GenerateFeedback.post_convert_hook = "autograder.classroom.plugin.keep_exchange"
c.GenerateFeedback.preprocessors = [
    "nbgrader.preprocessors.GetGrades",
    "autograder.classroom.feedback.ForStudents",
    "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
]

# What course.toml says comes last, where there is one.
term.configure(c)
